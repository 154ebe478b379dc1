import * as v from 'valibot';
import { itemSchema } from '../../core/catalog';
import type { LocalItem } from './store';

const size = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const headSchema = v.object({ item: itemSchema, encoders: v.string(), values: size, scales: size });

/** Encodes an item as bytes: a line of JSON, then values and scales of its features. */
export function encodeLocalItem({ item, encoders, values, scales }: LocalItem): Uint8Array {
  const about: v.InferOutput<typeof headSchema> = { item, encoders, values: values.length, scales: scales.length };
  const head = new TextEncoder().encode(`${JSON.stringify(about)}\n`);
  const whole = new Uint8Array(head.length + values.length + 4 * scales.length);
  whole.set(head);
  whole.set(new Uint8Array(values.buffer, values.byteOffset, values.length), head.length);
  const view = new DataView(whole.buffer, head.length + values.length);
  for (const [n, scale] of scales.entries()) view.setFloat32(4 * n, scale, true);
  return whole;
}

/** @returns null for bytes that `encodeLocalItem` did not write */
export function decodeLocalItem(bytes: Uint8Array): LocalItem | null {
  const end = bytes.indexOf(10) + 1;
  const head = v.safeParse(headSchema, fromJson(bytes.subarray(0, end)));
  if (!head.success) return null;
  const { item, encoders, values, scales } = head.output;
  if (bytes.length !== end + values + 4 * scales) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + end + values);
  return {
    item,
    encoders,
    values: new Int8Array(bytes.slice(end, end + values).buffer),
    scales: Float32Array.from({ length: scales }, (_, n) => view.getFloat32(4 * n, true)),
  };
}

function fromJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
