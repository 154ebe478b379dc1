/** A random id in hex, independent of the seed, because two devices must differ. @param words of 4 bytes, 8 digits each */
export function anonymousId(words: number): string {
  const values = crypto.getRandomValues(new Uint32Array(words));
  return Array.from(values, (value) => value.toString(16).padStart(8, '0')).join('');
}
