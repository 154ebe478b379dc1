import {
  CustomerService,
  isGraphQlErrorResult,
  OrderService,
  ProductVariantService,
  ShippingMethodService,
  TransactionalConnection,
} from '@vendure/core';

/** Products that were bought together, by SKU, and the number of orders. */
const BASKETS = [
  [7, 'TEAPOT', 'GREEN-TEA-100-G'],
  [4, 'TEAPOT', 'GREEN-TEA-100-G', 'POT-OF-HONEY'],
  [5, 'FILTER-COFFEE', 'POT-OF-HONEY'],
  [4, 'DINNER-PLATES-WHITE', 'CUTLERY-SET'],
  [3, 'COOK-S-KNIFE', 'PRESERVING-JAR', 'KITCHEN-TIMER'],
  [3, 'CAMPING-TENT', 'FLASHLIGHT', 'COMPASS'],
  [4, 'TRAIL-BOOT-42', 'COMPASS'],
  [3, 'TRAIL-BOOT-41', 'WINTER-GLOVES', 'FLASHLIGHT'],
  [4, 'WINTER-COAT-M', 'WOOL-SCARF-GREY', 'WINTER-GLOVES'],
  [6, 'RUNNING-SHOE-42', 'RUNNING-VEST-M'],
  [4, 'FLIP-FLOPS', 'SUNGLASSES', 'SUN-HAT'],
  [5, 'FOOTBALL', 'POLO-SHIRT-M'],
  [4, 'TENNIS-RACKET', 'BASEBALL-CAP-BLUE'],
  [6, 'FOUNTAIN-PEN-BLACK', 'SPIRAL-NOTEPAD'],
  [3, 'SLIM-LAPTOP', 'OVER-EAR-HEADPHONES', 'SCHOOL-BACKPACK'],
  [4, 'KITCHEN-HERBS', 'HOUSE-PLANT'],
];

const CUSTOMER = { firstName: 'Made', lastName: 'Up', emailAddress: 'customer@example.com' };
const ADDRESS = { fullName: 'Made Up', streetLine1: 'Ring 1', postalCode: '1010', city: 'Wien', countryCode: 'AT' };

/** Places paid orders, as shoppers did before this shop had recommendations. @returns their number */
export const placePastOrders = (app, ctx) =>
  app.get(TransactionalConnection).withTransaction(ctx, async (transaction) => {
    const orders = app.get(OrderService);
    const { items: variants } = await app.get(ProductVariantService).findAll(transaction, { take: 1000 });
    const idOf = new Map(variants.map(({ sku, id }) => [sku, id]));
    const { items: shipping } = await app.get(ShippingMethodService).findAll(transaction);
    const customer = accepted(await app.get(CustomerService).create(transaction, CUSTOMER));
    let placed = 0;
    for (const [times, ...skus] of BASKETS) {
      const lines = skus.map((sku) => ({ productVariantId: idOf.get(sku), quantity: 1 }));
      for (let time = 0; time < times; time++) {
        const { id } = await orders.create(transaction);
        const { errorResults } = await orders.addItemsToOrder(transaction, id, lines);
        errorResults.forEach(accepted);
        await orders.addCustomerToOrder(transaction, id, customer);
        await orders.setShippingAddress(transaction, id, ADDRESS);
        accepted(await orders.setShippingMethod(transaction, id, [shipping[0].id]));
        accepted(await orders.transitionToState(transaction, id, 'ArrangingPayment'));
        accepted(await orders.addPaymentToOrder(transaction, id, { method: 'test-payment', metadata: {} }));
        placed++;
      }
    }
    return placed;
  });

/** @throws with Vendure's message if it refused */
function accepted(result) {
  if (isGraphQlErrorResult(result)) throw new Error(result.message);
  return result;
}
