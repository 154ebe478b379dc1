import * as v from 'valibot';
import { invalidBundle, parseJson } from '../bundle/bundle-file';
import { type ItemText, itemTextSchema } from './item-text';

const shardSchema = v.array(v.nullable(itemTextSchema));

/** Writes the texts of some items, one a line in their order, fields in a fixed order; null for an item without any. */
export function encodeTexts(texts: readonly (ItemText | null)[]): Uint8Array {
  const rows = texts.map((text) => JSON.stringify(text));
  return new TextEncoder().encode(`[\n${rows.join(',\n')}\n]\n`);
}

/**
 * Reads the output of `encodeTexts`.
 * @param file its name, for the message
 * @throws SidestreamError `bundle/invalid` naming row and field, or when the number of items is wrong
 */
export function decodeTexts(bytes: ArrayBuffer, file: string, count: number): (ItemText | null)[] {
  const result = v.safeParse(shardSchema, parseJson(file, bytes), { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    throw invalidBundle(file, `${v.getDotPath(issue) ?? 'file'}: ${issue.message}`);
  }
  if (result.output.length === count) return result.output;
  throw invalidBundle(file, `has texts of ${result.output.length} items, the manifest says ${count}`);
}
