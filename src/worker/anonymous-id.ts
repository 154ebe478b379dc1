/** Random letters and digits that mean nothing: 8 for each four bytes. Not from the seed, since two devices must differ. */
export function anonymousId(words: number): string {
  const values = crypto.getRandomValues(new Uint32Array(words));
  return Array.from(values, (value) => value.toString(16).padStart(8, '0')).join('');
}
