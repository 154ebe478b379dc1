/** Choices that count. */
const LAST = 10;
/** Share of the catalogue over which closeness falls to 1/e. */
const REACH = 1 / 124;
/** Closeness that even the furthest item has. */
const FLOOR = 0.02;

/**
 * How close every item stands to the last ten choices in the order of the catalogue: log(0.02 + mean of
 * exp(-places apart / reach)). Feeds list by collection, supplier or time of arrival, so neighbours tend to belong
 * together.
 * @param rows item rows of the history, oldest first
 * @param count items in the catalogue
 * @returns [count]; zeros without a history
 */
export function placeCloseness(rows: readonly number[], count: number): Float32Array {
  const out = new Float32Array(count);
  const last = rows.slice(-LAST);
  if (last.length === 0) return out;
  const reach = Math.max(1, count * REACH);
  // Beyond this the sum does not change any more.
  const far = Math.ceil(16 * reach);
  for (const row of last) {
    for (let other = Math.max(0, row - far); other <= Math.min(count - 1, row + far); other++) {
      out[other] += Math.exp(-Math.abs(other - row) / reach) / last.length;
    }
  }
  for (let row = 0; row < count; row++) out[row] = Math.log(FLOOR + out[row]);
  return out;
}
