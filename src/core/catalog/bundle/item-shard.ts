import * as v from 'valibot';
import { fitting } from '../../common/schema';
import { type Item, itemSchema, writableItem } from '../item';
import { invalidBundle, parseJson } from './bundle-file';
import { MANIFEST_FILE } from './manifest';

/**
 * Writes items as JSON with fields in a fixed order, one item per line: equal items give equal bytes.
 * @throws SidestreamError `bundle/invalid` naming the first item and field that do not fit the schema
 */
export function encodeItems(items: readonly Item[]): Uint8Array {
  const rows = items.map((item) => JSON.stringify(writableItem(item)));
  return new TextEncoder().encode(`[\n${rows.join(',\n')}\n]\n`);
}

/**
 * Reads the output of `encodeItems`.
 * @param file its name, for the message
 * @throws SidestreamError `bundle/invalid` when an item does not fit the schema or the number of items is wrong
 */
export function decodeItems(bytes: ArrayBuffer, file: string, count: number): Item[] {
  const invalid = (what: string): Error => invalidBundle(file, what);
  const items = fitting(v.array(itemSchema), parseJson(file, bytes), invalid, 0);
  if (items.length !== count) throw invalid(`has ${items.length} items, the manifest says ${count}`);
  return items;
}

/** Adds the ids of items to those seen in a bundle. @throws SidestreamError `bundle/invalid` when an id occurs twice */
export function addIds(seen: Set<string>, items: readonly Item[]): void {
  for (const { id } of items) {
    if (seen.has(id)) throw invalidBundle(MANIFEST_FILE, `item id ${JSON.stringify(id)} occurs twice`);
    seen.add(id);
  }
}
