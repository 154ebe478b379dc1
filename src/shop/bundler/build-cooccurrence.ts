import { type CooccurrenceTable, countSupport, type Link, linkCooccurrence } from '../../core/catalog';
import type { Products } from '../../core/catalog/variants';
import { invalidInput } from '../../error';
import { type Pair, readPairFile } from './pair-file';

/** Files of items that go together. */
export interface CooccurrenceFiles {
  /** Manual links: item, linked item, and optionally a type. */
  links?: string;
  /** Order lines: order, item. */
  orders?: string;
  /** Links that the feed has. */
  inFeed?: readonly Pair[];
}

const LINK_COLUMNS = {
  left: ['from', 'item', 'itemid', 'sku', 'id', 'product', 'productid'],
  right: ['to', 'linked', 'linkeditem', 'linkedsku', 'target', 'complement'],
};
const ORDER_COLUMNS = {
  left: ['order', 'orderid', 'transaction', 'transactionid', 'basket', 'basketid', 'invoice', 'invoiceno'],
  right: ['item', 'itemid', 'sku', 'product', 'productid', 'id'],
};
/** Types of links between complementary items; links of other types are left out. */
const COMPLEMENTING = ['', 'crosssell', 'complement', 'complementary', 'accessory', 'boughttogether'];
/** Maximum number of items in a used order: larger ones are stock movements, and the number of pairs grows with the square. */
const MAX_ORDER_ITEMS = 100;
/** Orders added to every item's count, which keeps rare items from being overrated. */
const SMOOTHING = 1;

/** Co-occurrence of products, read from files. */
export interface FileCooccurrence {
  table: CooccurrenceTable;
  /** Notes for the user about the rows used. */
  notes: string[];
}

/**
 * Builds a co-occurrence table from manual links, from orders, or from both, taking the larger lift of each pair. With orders, it
 * also holds the number of orders that contain each pair. Links and orders may name any variant of a product.
 * @throws SidestreamError `runtime/invalid-input` when a file cannot be read or names none of these items
 */
export async function fileCooccurrence(
  files: CooccurrenceFiles,
  { items, placeOf: rowOf }: Pick<Products, 'items' | 'placeOf'>,
): Promise<FileCooccurrence> {
  const categories = items.map(({ category }) => category);
  const notes: string[] = [];
  const tables: CooccurrenceTable[] = [];
  let used: number[][] | null = null;
  const { inFeed = [] } = files;
  if (files.links !== undefined || inFeed.length > 0) {
    const pairs = [...inFeed, ...(files.links === undefined ? [] : await readPairFile(files.links, LINK_COLUMNS))];
    const wanted = pairs.filter(({ type }) => COMPLEMENTING.includes(type));
    const links = wanted.flatMap(({ left, right }): Link[] => {
      const [from, to] = [rowOf.get(left), rowOf.get(right)];
      return from === undefined || to === undefined ? [] : [{ from, to }];
    });
    notes.push(
      `Links: ${links.length} used, ${pairs.length - wanted.length} of other types, ${wanted.length - links.length} of unknown items`,
    );
    tables.push(linkCooccurrence(usedLinks(links, files.links ?? 'The feed'), categories));
  }
  if (files.orders !== undefined) {
    const lines = await readPairFile(files.orders, ORDER_COLUMNS);
    const { links, orders, chance } = coPurchases(lines, rowOf, items.length);
    used = orders;
    notes.push(`Orders: ${orders.length} of two items or more`);
    tables.push(linkCooccurrence(usedLinks(links, files.orders), categories, chance));
  }
  const table: CooccurrenceTable = { ...stronger(tables), origin: 'shop' };
  return { table: used ? { ...table, support: countSupport(table, used) } : table, notes };
}

function usedLinks(links: Link[], path: string): Link[] {
  if (links.length > 0) return links;
  throw invalidInput(
    `${path} does not link any two items of this catalogue. Do file and catalogue use the same item ids?`,
  );
}

/** Pairs of one order weigh 1 / (its items - 1), so that every item of an order counts once. */
function coPurchases(
  lines: readonly Pair[],
  rowOf: ReadonlyMap<string, number>,
  count: number,
): { links: Link[]; orders: number[][]; chance: Float64Array } {
  const baskets = new Map<string, Set<number>>();
  for (const { left, right } of lines) {
    const row = rowOf.get(right);
    if (row === undefined) continue;
    const basket = baskets.get(left);
    if (basket) basket.add(row);
    else baskets.set(left, new Set([row]));
  }
  const links: Link[] = [];
  const chance = new Float64Array(count).fill(SMOOTHING);
  const orders: number[][] = [];
  for (const basket of baskets.values()) {
    if (basket.size < 2 || basket.size > MAX_ORDER_ITEMS) continue;
    orders.push([...basket]);
    for (const from of basket) {
      chance[from]++;
      for (const to of basket) if (to !== from) links.push({ from, to, weight: 1 / (basket.size - 1) });
    }
  }
  const total = chance.reduce((sum, times) => sum + times, 0);
  return { links, orders, chance: chance.map((times) => times / total) };
}

/** The larger lift of each pair. */
function stronger(tables: readonly CooccurrenceTable[]): CooccurrenceTable {
  const [first, second] = tables;
  if (!second) return first;
  const offsets = new Uint32Array(first.count + 1);
  const [rows, lifts]: [number[], number[]] = [[], []];
  for (let item = 0; item < first.count; item++) {
    const own = new Map<number, number>();
    for (const table of [first, second]) {
      for (let at = table.offsets[item]; at < table.offsets[item + 1]; at++) {
        own.set(table.rows[at], Math.max(own.get(table.rows[at]) ?? 0, table.lifts[at]));
      }
    }
    for (const [row, lift] of [...own].sort((a, b) => b[1] - a[1] || a[0] - b[0])) {
      rows.push(row);
      lifts.push(lift);
    }
    offsets[item + 1] = rows.length;
  }
  return { count: first.count, offsets, rows: Uint32Array.from(rows), lifts: Float32Array.from(lifts) };
}
