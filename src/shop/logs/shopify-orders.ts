/** Columns that Shopify's export of orders has, as `plainName` writes them. */
const SHOPIFY_COLUMNS = ['name', 'email', 'createdat', 'lineitemquantity', 'lineitemname'];

/** Completes the cells of a line in place. */
export type CompleteLine = (cells: string[]) => void;

/**
 * Shopify's export has one line for each product of an order, and leaves fields of the order empty below the first of them. A
 * guest without an email address is a shopper of this one order.
 * @param names names of the columns, as `plainName` writes them
 * @returns completes the lines, in the order of the file; null if the table is not such an export
 */
export function shopifyOrders(names: readonly string[]): CompleteLine | null {
  if (!SHOPIFY_COLUMNS.every((name) => names.includes(name))) return null;
  const order = names.indexOf('name');
  const [email, created] = [names.indexOf('email'), names.indexOf('createdat')];
  let first: readonly string[] = [];
  return (cells) => {
    if (!cells[order]?.trim()) return;
    if (cells[order] !== first[order]) {
      if (!cells[email]?.trim()) cells[email] = `order ${cells[order]}`;
      first = cells;
      return;
    }
    for (const column of [email, created]) if (!cells[column]?.trim()) cells[column] = first[column];
  };
}
