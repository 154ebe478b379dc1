/** Rows from 0 to `count` that are not among some. */
export function rowsWithout(some: ArrayLike<number>, count: number): Int32Array {
  const rows = new Int32Array(count);
  const gone = new Uint8Array(count);
  for (let n = 0; n < some.length; n++) gone[some[n]] = 1;
  let left = 0;
  for (let row = 0; row < count; row++) if (!gone[row]) rows[left++] = row;
  return rows.subarray(0, left);
}
