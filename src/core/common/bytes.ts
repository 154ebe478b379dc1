/** Lower-case hex. */
export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The value of bytes that are JSON; null if they are not. */
export function fromJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/** Lower-case hex SHA-256 of the bytes. Needs a secure context (https, localhost or Node). */
export async function sha256(bytes: Uint8Array | ArrayBuffer): Promise<string> {
  // WebCrypto rejects a view on a SharedArrayBuffer; no caller has one.
  const digest = await crypto.subtle.digest('SHA-256', bytes as BufferSource);
  return hex(new Uint8Array(digest));
}

/** Whether this context can hash: browsers hide WebCrypto from pages served over plain http. */
export const canHash = (): boolean => globalThis.crypto?.subtle !== undefined;

/**
 * Whether a number of a bundle's file is small enough for scores: sums of products of a few such numbers stay finite. Trained
 * and measured ones are below a thousand.
 */
export const isModerate = (value: number): boolean => Math.abs(value) <= 2 ** 20;

/** The same for the scale of a row that was quantised in 15 steps or more. */
export const isScale = (scale: number): boolean => scale >= 0 && isModerate(15 * scale);

/** Quantises one row: scale = max|x| / steps, values = round(x / scale). A zero row has scale 0. @param steps up to 127 */
export function quantizeRow(row: Float32Array, values: Int8Array, offset: number, steps = 127): number {
  let max = 0;
  for (let d = 0; d < row.length; d++) max = Math.max(max, Math.abs(row[d]));
  if (max === 0) {
    values.fill(0, offset, offset + row.length);
    return 0;
  }
  const scale = Math.fround(max / steps);
  for (let d = 0; d < row.length; d++)
    values[offset + d] = Math.max(-steps, Math.min(steps, Math.round(row[d] / scale)));
  return scale;
}

/** Quantises rows of `width` values. @param steps up to 127 */
export function quantizedRows(rows: Float32Array, width: number, steps: number) {
  const values = new Int8Array(rows.length);
  const scales = Float32Array.from({ length: width > 0 ? rows.length / width : 0 }, (_, row) =>
    quantizeRow(rows.subarray(row * width, (row + 1) * width), values, row * width, steps),
  );
  return { scales, values };
}

/** Lists of numbers as bytes, little-endian, one list after the other. */
export function littleEndian(
  ...lists: readonly (Uint8Array | Int8Array | Uint16Array | Uint32Array | Float32Array)[]
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lists.reduce((sum, { byteLength }) => sum + byteLength, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const list of lists) {
    if (list instanceof Float32Array) for (let n = 0; n < list.length; n++) view.setFloat32(at + 4 * n, list[n], true);
    else if (list instanceof Uint32Array)
      for (let n = 0; n < list.length; n++) view.setUint32(at + 4 * n, list[n], true);
    else if (list instanceof Uint16Array)
      for (let n = 0; n < list.length; n++) view.setUint16(at + 2 * n, list[n], true);
    else bytes.set(new Uint8Array(list.buffer, list.byteOffset, list.byteLength), at);
    at += list.byteLength;
  }
  return bytes;
}

/** Reads lists of numbers as `littleEndian` writes them, one after the other. The caller has checked the length of the bytes. */
export function listReader(bytes: ArrayBuffer | Uint8Array, start = 0) {
  const { buffer, byteOffset, byteLength } = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
  const view = new DataView(buffer, byteOffset, byteLength);
  let at = start;
  const filled = <T extends Uint16Array | Uint32Array | Float32Array>(list: T, read: (at: number) => number): T => {
    for (let n = 0; n < list.length; n++, at += list.BYTES_PER_ELEMENT) list[n] = read(at);
    return list;
  };
  const skipped = (count: number): number => {
    at += count;
    return byteOffset + at - count;
  };
  return {
    floats: (count: number) => filled(new Float32Array(count), (from) => view.getFloat32(from, true)),
    uint32: (count: number) => filled(new Uint32Array(count), (from) => view.getUint32(from, true)),
    uint16: (count: number) => filled(new Uint16Array(count), (from) => view.getUint16(from, true)),
    /** Not copied, as `int8`. */
    uint8: (count: number) => new Uint8Array(buffer, skipped(count), count),
    int8: (count: number) => new Int8Array(buffer, skipped(count), count),
  };
}

/** A random id in hex, two digits a byte. It follows no seed, because two devices must differ. */
export const randomId = (bytes: number): string => hex(crypto.getRandomValues(new Uint8Array(bytes)));
