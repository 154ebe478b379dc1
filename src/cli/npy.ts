/** Marks a .npy file, version 1.0. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
/** The data starts on a multiple of it. */
const ALIGNMENT = 64;

/** An array as a NumPy .npy file: float32, little-endian, row-major. */
export function encodeNpy(values: Float32Array, shape: readonly number[]): Uint8Array {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.map((side) => `${side},`).join(' ')}), }`;
  const unpadded = MAGIC.length + 2 + text.length + 1;
  const start = Math.ceil(unpadded / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + values.length * 4);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  view.setUint16(MAGIC.length, start - MAGIC.length - 2, true);
  bytes.set(new TextEncoder().encode(`${text.padEnd(start - MAGIC.length - 3)}\n`), MAGIC.length + 2);
  for (const [index, value] of values.entries()) view.setFloat32(start + index * 4, value, true);
  return bytes;
}
