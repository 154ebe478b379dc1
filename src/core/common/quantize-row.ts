/** Quantises one row: scale = max|x| / 127, values = round(x / scale). A zero row has scale 0. */
export function quantizeRow(row: Float32Array, values: Int8Array, offset: number): number {
  let max = 0;
  for (const x of row) max = Math.max(max, Math.abs(x));
  if (max === 0) {
    values.fill(0, offset, offset + row.length);
    return 0;
  }
  const scale = Math.fround(max / 127);
  for (let d = 0; d < row.length; d++) values[offset + d] = Math.max(-127, Math.min(127, Math.round(row[d] / scale)));
  return scale;
}
