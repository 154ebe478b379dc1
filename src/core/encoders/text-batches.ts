/** Chooses which texts run together, by their numbers of tokens. @returns indices of the texts, run by run */
export type Batching = (lengths: readonly number[]) => number[][];

/** Maximum number of texts per run; more would only use more memory. */
const MAX_TEXTS = 32;
/** Number of tokens per run beyond which more tokens save no time: the weights are read once per run. */
const ENOUGH_TOKENS = 256;

/** Runs texts of similar length together, padded to the longest of them. */
export const similarLengths: Batching = (lengths) => {
  const sorted = byLength(lengths);
  return evenly(sorted, Math.ceil(sorted.length / MAX_TEXTS));
};

/** Runs texts of equal length together, without padding. */
export const equalLengths: Batching = (lengths) => grouped(lengths, 1);

/**
 * The same, but without batches of one text: a text whose length is unique is repeated. A graph may sum the tokens of a
 * single text in a different order than the tokens of several.
 */
export const equalLengthsInPairs: Batching = (lengths) =>
  grouped(lengths, 2).map((run) => (run.length === 1 ? [run[0], run[0]] : run));

export const alone: Batching = (lengths) => lengths.map((_, n) => [n]);

/** @param least minimum number of texts per run, if enough have the same length */
function grouped(lengths: readonly number[], least: number): number[][] {
  const groups = new Map<number, number[]>();
  for (const n of byLength(lengths)) {
    const group = groups.get(lengths[n]);
    if (group) group.push(n);
    else groups.set(lengths[n], [n]);
  }
  return [...groups].flatMap(([length, group]) => {
    const most = Math.min(MAX_TEXTS, Math.max(least, Math.floor(ENOUGH_TOKENS / Math.max(1, length))));
    const runs = Math.ceil(group.length / most);
    return evenly(group, Math.max(1, Math.min(runs, Math.floor(group.length / least))));
  });
}

const byLength = (lengths: readonly number[]): number[] =>
  lengths.map((_, n) => n).sort((a, b) => lengths[a] - lengths[b]);

/** Cuts a list into parts whose sizes differ by one or less. */
function evenly(list: number[], parts: number): number[][] {
  const cut = (part: number): number => Math.round((part * list.length) / parts);
  return Array.from({ length: parts }, (_, part) => list.slice(cut(part), cut(part + 1)));
}
