/** Number of last choices that the term uses. */
const MAX_RECENT = 10;
/** Share of the catalogue over which closeness falls to 1/e. */
const SCALE = 1 / 124;
/** Minimum closeness, even of the furthest item. */
const FLOOR = 0.02;
const LOG_FLOOR = Math.log(FLOOR);

/**
 * How close every item stands to the last ten choices in the order of the catalogue: log(0.02 + mean of exp(-rows apart /
 * scale)). Feeds are sorted by collection, supplier or date, so neighbouring items tend to belong together.
 * @param rows item rows of the history, oldest first
 * @param count items in the catalogue
 * @returns [count]; zeros without a history
 */
export function catalogOrder(rows: readonly number[], count: number): Float32Array {
  const out = new Float32Array(count);
  const last = rows.slice(-MAX_RECENT);
  if (last.length === 0) return out;
  const scale = Math.max(1, count * SCALE);
  // Beyond this the sum does not change any more.
  const far = Math.ceil(16 * scale);
  const closeness = Float64Array.from({ length: far + 1 }, (_, apart) => Math.exp(-apart / scale) / last.length);
  for (const row of last) {
    for (let other = Math.max(0, row - far); other <= Math.min(count - 1, row + far); other++) {
      out[other] += closeness[Math.abs(other - row)];
    }
  }
  for (let row = 0; row < count; row++) out[row] = out[row] === 0 ? LOG_FLOOR : Math.log(FLOOR + out[row]);
  return out;
}
