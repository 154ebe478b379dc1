// Vendure's Shop API, as far as this shop needs it. Prices are in cents, with tax.

const ORDER = `fragment Order on Order {
  code
  state
  totalQuantity
  subTotalWithTax
  totalWithTax
  lines {
    id
    quantity
    unitPriceWithTax
    linePriceWithTax
    featuredAsset { preview }
    productVariant { id name product { slug } }
  }
}`;
const VARIANT = 'id name priceWithTax stockLevel options { name } featuredAsset { preview }';

async function ask(query, variables) {
  const response = await fetch('/shop-api', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return data;
}

/** Changes the order. @throws with Vendure's message if it refuses, for example because stock is too low */
async function change(parameters, mutation, variables) {
  const answers = `answer: ${mutation} { __typename ...Order ... on ErrorResult { message } }`;
  const { answer } = await ask(`mutation ${parameters} { ${answers} } ${ORDER}`, variables);
  if (answer.__typename !== 'Order') throw new Error(answer.message);
  return answer;
}

export async function readDepartments() {
  const { collections } = await ask('{ collections(options: { topLevelOnly: true }) { items { name slug } } }');
  return collections.items;
}

/** @returns null when there is no such category */
export async function readCategory(slug) {
  const query = `query ($slug: String) {
    collection(slug: $slug) {
      name
      productVariants(options: { take: 100 }) {
        items { ${VARIANT} product { slug name featuredAsset { preview } } }
      }
    }
  }`;
  return (await ask(query, { slug })).collection;
}

/** @returns null when there is no such product */
export async function readProduct(slug) {
  const query = `query ($slug: String) {
    product(slug: $slug) {
      name
      description
      featuredAsset { preview }
      collections { name slug }
      variants { ${VARIANT} }
    }
  }`;
  return (await ask(query, { slug })).product;
}

/** The cart: Vendure's order of this session. @returns null while it is empty */
export async function readCart() {
  const { activeOrder } = await ask(`{ activeOrder { ...Order } } ${ORDER}`);
  return activeOrder && activeOrder.lines.length > 0 ? activeOrder : null;
}

export async function readOrder(code) {
  return (await ask(`query ($code: String!) { orderByCode(code: $code) { ...Order } } ${ORDER}`, { code })).orderByCode;
}

export const addItem = (id, quantity) =>
  change('($id: ID!, $quantity: Int!)', 'addItemToOrder(productVariantId: $id, quantity: $quantity)', { id, quantity });

export const removeLine = (id) => change('($id: ID!)', 'removeOrderLine(orderLineId: $id)', { id });

export async function readCountries() {
  return (await ask('{ availableCountries { code name } }')).availableCountries;
}

/** Sets customer, address and the first way to ship. @returns the order with the amount to pay */
export async function setDelivery({ firstName, lastName, emailAddress, ...address }) {
  const customer = { firstName, lastName, emailAddress };
  await change('($input: CreateCustomerInput!)', 'setCustomerForOrder(input: $input)', { input: customer });
  const input = { ...address, fullName: `${firstName} ${lastName}` };
  await change('($input: CreateAddressInput!)', 'setOrderShippingAddress(input: $input)', { input });
  return setShipping();
}

export async function setShipping() {
  const { eligibleShippingMethods } = await ask('{ eligibleShippingMethods { id } }');
  const ids = eligibleShippingMethods.slice(0, 1).map(({ id }) => id);
  return change('($ids: [ID!]!)', 'setOrderShippingMethod(shippingMethodId: $ids)', { ids });
}

const setState = (state) => change('($state: String!)', 'transitionOrderToState(state: $state)', { state });

/** Pays the order. @returns the order, which is then no longer a cart */
export async function pay() {
  await setState('ArrangingPayment');
  try {
    const { eligiblePaymentMethods } = await ask('{ eligiblePaymentMethods { code } }');
    const input = { method: eligiblePaymentMethods[0].code, metadata: {} };
    return await change('($input: PaymentInput!)', 'addPaymentToOrder(input: $input)', { input });
  } catch (error) {
    // A cart that is being paid cannot be changed.
    await setState('AddingItems');
    throw error;
  }
}
