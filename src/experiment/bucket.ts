/**
 * Where a text falls between 0 and 1: the same everywhere and for ever, and evenly spread over many texts. FNV-1a over its
 * UTF-8 bytes (offset basis 2166136261, prime 16777619), then the 32-bit finalizer of MurmurHash3, without which texts
 * that differ in their last letter alone would fall close together. No secret is kept by it, and none needs to be.
 * @returns at least 0, below 1
 */
export function bucket(text: string): number {
  let hash = 2166136261;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 16777619);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
