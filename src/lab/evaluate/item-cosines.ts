import type { CooccurrenceTable } from '../../core/catalog';
import { choiceMatrix, transposed } from '../../shop/training';

/** Maximum number of neighbours kept per item. */
const MAX_NEIGHBORS = 256;

/**
 * Cosines of items over the users who chose them: n(a, b) / sqrt(n(a) n(b)), where n are numbers of users.
 * @param choices rows of the items that each user chose
 * @param count items in the catalogue
 * @returns for every item its 256 nearest, nearest first, as a table
 */
export function itemCosines(choices: readonly ArrayLike<number>[], count: number): CooccurrenceTable {
  const byUser = choiceMatrix(choices, count);
  const byItem = transposed(byUser);
  const usersOf = (item: number): number => byItem.offsets[item + 1] - byItem.offsets[item];
  const offsets = new Uint32Array(count + 1);
  const [rows, lifts]: [number[], number[]] = [[], []];
  const together = new Float64Array(count);
  for (let item = 0; item < count; item++) {
    const met: number[] = [];
    for (const user of byItem.indices.subarray(byItem.offsets[item], byItem.offsets[item + 1])) {
      for (const other of byUser.indices.subarray(byUser.offsets[user], byUser.offsets[user + 1])) {
        if (other === item) continue;
        if (together[other] === 0) met.push(other);
        together[other]++;
      }
    }
    for (const other of met) together[other] /= Math.sqrt(usersOf(item) * usersOf(other));
    met.sort((a, b) => together[b] - together[a] || a - b);
    for (const other of met.slice(0, MAX_NEIGHBORS)) {
      rows.push(other);
      lifts.push(together[other]);
    }
    for (const other of met) together[other] = 0;
    offsets[item + 1] = rows.length;
  }
  return { count, offsets, rows: Uint32Array.from(rows), lifts: Float32Array.from(lifts) };
}
