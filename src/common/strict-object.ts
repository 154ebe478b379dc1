import * as v from 'valibot';

/** Longest name that is compared with others; a longer one resembles none. */
const LONGEST = 40;
/** Changed letters up to which a name may have been meant, as a share of its length. */
const SHARE = 0.4;

/**
 * An object schema that refuses names it does not have, and says which was probably meant: an option that is misspelt would
 * otherwise go unnoticed.
 */
export const exactObject = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.strictObject(entries, ({ expected, input, message }) => {
    if (expected === 'never') return unknownName(String(input), Object.keys(entries));
    return input === undefined ? 'is missing' : message;
  });

/** @param known at least one */
function unknownName(name: string, known: readonly string[]): string {
  const [nearest] = known.toSorted((a, b) => distance(name, a) - distance(name, b));
  const near = distance(name, nearest) <= Math.max(1, SHARE * name.length);
  return `Unknown option "${name}". ${near ? `Did you mean "${nearest}"?` : `There are ${known.join(', ')}`}`;
}

/** Levenshtein's: letters to insert, delete or replace to turn one name into the other, whatever their case. */
function distance(one: string, other: string): number {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (a.length > LONGEST) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) next.push(Math.min(row[j + 1] + 1, next[j] + 1, row[j] + Number(a[i] !== b[j])));
    row = next;
  }
  return row[b.length];
}
