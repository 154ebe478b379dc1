import * as v from 'valibot';
import {
  type CooccurrenceTable,
  countSupport,
  groupedRows,
  type Link,
  linkCooccurrence,
  type RejectedRow,
  shortened,
} from '../../../src/core/catalog';
import { jsonLines, peekText, separatorOf, tableRows } from '../../../src/core/catalog/feed';
import type { Products } from '../../../src/core/catalog/variants';
import { idSchema } from '../../../src/core/common/ids';
import { messageOf } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';
import type { CollectedFeed } from '../../shop/pipeline';
import { openText } from './open-feed';

export interface CooccurrenceFiles {
  /** Manual links: item, linked item, and optionally a type. */
  links?: string;
  /** Order lines: order, item. */
  orders?: string;
  /** Number of orders from which reasons state how many have both products. Default 10; fewer than 3 count as 3. */
  minOrders?: number;
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
/** Number of orders that says something to a shopper: "in 3 orders" sounds like hardly any. */
export const MIN_ORDERS = 10;
/** Orders added to every item's count, which keeps rare items from being overrated. */
const SMOOTHING = 1;

/**
 * A co-occurrence table from manual links, from orders, or from both, taking the larger lift of each pair. With orders, it also
 * holds the number of orders that contain each pair. Links and orders may name any variant of a product.
 */
export async function fileCooccurrence(
  files: CooccurrenceFiles,
  { items, placeOf: rowOf }: Pick<Products, 'items' | 'placeOf'>,
) {
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
  return {
    table: used ? { ...table, support: countSupport(table, used, files.minOrders ?? MIN_ORDERS) } : table,
    notes,
  };
}

function usedLinks(links: Link[], path: string): Link[] {
  if (links.length > 0) return links;
  throw invalidInput(
    `${path} does not link any two items of this catalogue. Do file and catalogue use the same item ids?`,
  );
}

/** Pairs of one order weigh 1 / (its items - 1), so that every item of an order counts once. */
function coPurchases(lines: readonly Pair[], rowOf: ReadonlyMap<string, number>, count: number) {
  const baskets = new Map<string, Set<number>>();
  for (const { left, right } of lines) {
    const row = rowOf.get(right);
    if (row === undefined) continue;
    baskets.set(left, (baskets.get(left) ?? new Set()).add(row));
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

/** Two ids that a row of a file links. */
export interface Pair {
  left: string;
  right: string;
  /** In lower case, letters and digits only; empty if the file has no such column. */
  type: string;
}

/** Names of the columns, in lower case and without `_`, `-` and spaces; the first existing one counts. */
export type PairColumns = Record<'left' | 'right', readonly string[]>;

const TYPE = ['type', 'linktype', 'relation'];
/** Maximum length of a JSON row. */
const MAX_ROW = 100_000;

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/**
 * Reads a file of pairs, CSV with a header or JSON lines, by its name. Refused rows are shown on stderr and left out.
 * @throws SidestreamError `runtime/invalid-input` if it cannot be read or has no usable row
 */
export async function readPairFile(path: string, columns: PairColumns): Promise<Pair[]> {
  const pairs: Pair[] = [];
  const rejected: RejectedRow[] = [];
  for await (const row of rowsOf(path)) {
    const pair = 'reason' in row ? { field: 'row', reason: row.reason } : pairOf(row, columns);
    if ('left' in pair) pairs.push(pair);
    else rejected.push({ line: row.line, ...pair });
  }
  for (const line of groupedRows(rejected)) console.error(line);
  if (pairs.length === 0) {
    const names = `${columns.left.join(', ')} and one called ${columns.right.join(', ')}`;
    throw invalidInput(`${path} has no usable row. It needs a column called ${names}.`);
  }
  return pairs;
}

interface Row {
  line: number;
  data: object;
}

/** Rows as objects by column name, or the reason why one cannot be read. */
async function* rowsOf(path: string): AsyncGenerator<Row | { line: number; reason: string }> {
  const content = openText(path, (cause) => `${path} cannot be read: ${messageOf(cause)}. Check the path.`);
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(path)) {
    yield* jsonLines(content, MAX_ROW);
    return;
  }
  const { head, all } = await peekText(content);
  let header: string[] | null = null;
  for await (const { line, cells, problem } of tableRows(all, { separator: separatorOf(head.trimStart()) ?? ',' })) {
    if (problem !== undefined) yield { line, reason: problem };
    else if (cells.every((cell) => cell.trim() === '')) continue;
    else if (header === null) header = cells;
    else yield { line, data: Object.fromEntries(header.map((name, n) => [name, cells[n]]).filter(([, cell]) => cell)) };
    if (header === null) return;
  }
}

function pairOf({ data }: Row, columns: PairColumns): Pair | Pick<RejectedRow, 'field' | 'reason'> {
  const cells = new Map(Object.entries(data).map(([name, value]) => [plain(name), { name, value }]));
  const cell = (names: readonly string[]) => cells.get(names.find((name) => cells.has(name)) ?? '');
  const ids: string[] = [];
  for (const side of ['left', 'right'] as const) {
    const { name, value } = cell(columns[side]) ?? { name: columns[side][0], value: undefined };
    const result = v.safeParse(idSchema, value);
    if (!result.success) {
      const reason = value === undefined ? 'is missing' : result.issues[0].message;
      return { field: shortened(name.trim(), 40), reason };
    }
    ids.push(result.output);
  }
  return { left: ids[0], right: ids[1], type: plain(String(cell(TYPE)?.value ?? '')) };
}

/** The handle of a Shopify product, which is in the address of its page. */
const handleOf = (url = ''): string | undefined => /\/products\/([^/?#]+)/.exec(url)?.[1];

/** Which products complete each other, as a feed with Shopify's complementary products says; empty if none of them are in the feed. */
export function feedLinks({ items, complements }: Pick<CollectedFeed, 'items' | 'complements'>): Pair[] {
  if (complements.size === 0) return [];
  const idOf = new Map(items.map(({ id, url }) => [handleOf(url) ?? id, id]));
  // All variants of a product repeat what the product says.
  const told = new Map([...complements].map(([row, handles]) => [handleOf(items[row].url) ?? items[row].id, handles]));
  const pairs = [...told].flatMap(([handle, handles]) =>
    handles.map((other) => ({ left: idOf.get(handle) ?? handle, right: idOf.get(other) ?? other, type: '' })),
  );
  const known = new Set(idOf.values());
  return pairs.some(({ right }) => known.has(right)) ? pairs : [];
}
