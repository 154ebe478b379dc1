const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** IEEE 754 half precision of a number, rounded to nearest, ties to even. @returns 16 bits; infinity above 65504 */
export function toHalf(value: number): number {
  single[0] = value;
  const bits = singleBits[0];
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const fraction = bits & 0x7fffff;
  if (exponent === 0xff) return sign | 0x7c00 | (fraction ? 0x200 : 0);
  const half = exponent - 112;
  if (half >= 0x1f) return sign | 0x7c00;
  if (half < -10) return sign;
  // Subnormal halves have no implicit leading 1: it moves into the fraction.
  const [digits, shift] = half <= 0 ? [fraction | 0x800000, 14 - half] : [(half << 23) | fraction, 13];
  const kept = digits >>> shift;
  const rest = digits & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  // A carry out of the fraction raises the exponent, which rounds up to the next power of two.
  return sign | (kept + (rest > middle || (rest === middle && (kept & 1) === 1) ? 1 : 0));
}

/** The value of 16 bits of half precision. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}
