/**
 * Properties of a method's lists, over all shoppers and events.
 * @param listed [items] how often each item was in a list
 * @param chosen rows of the choices for which the lists were made
 * @param popularity [items] past choices
 */
export function listQuality(listed: readonly number[], chosen: readonly number[], popularity: Float32Array) {
  const information = selfInformation(popularity);
  const percentiles = percentilesOf(popularity);
  const places = sumOf(listed, (times) => times);
  const meanOfListed = (of: (row: number) => number): number => sumOf(listed, (times, row) => times * of(row)) / places;
  return {
    /** Share of the catalogue that appears in any list, 0..1. */
    coverage: listed.filter((times) => times > 0).length / popularity.length,
    /**
     * Mean of -log2 of the share of past choices that a listed item has, bits (mean self-information, Vargas and Castells,
     * RecSys 2011, section 3.1). One choice is added to each item, which gives new items a share.
     */
    novelty: meanOfListed((row) => information[row]),
    /** Mean percentile of the past popularity of listed items minus that of the chosen items, -1 to 1; 0 if both are equally popular. */
    popularityBias: meanOfListed((row) => percentiles[row]) - sumOf(chosen, (row) => percentiles[row]) / chosen.length,
  };
}

/** [items] -log2 of the share of past choices, one choice added to each item, bits. */
export function selfInformation(popularity: Float32Array): Float64Array {
  const total = popularity.reduce((sum, choices) => sum + choices, 0) + popularity.length;
  return Float64Array.from(popularity, (choices) => -Math.log2((choices + 1) / total));
}

const sumOf = (values: readonly number[], of: (value: number, at: number) => number): number =>
  values.reduce((sum, value, at) => sum + of(value, at), 0);

/** Share of the other values that are lower, equal ones counting half, 0..1. */
export function percentilesOf(values: Float32Array): Float64Array {
  const sorted = values.toSorted();
  const bounds = new Map<number, { first: number; last: number }>();
  for (const [at, value] of sorted.entries()) bounds.set(value, { first: bounds.get(value)?.first ?? at, last: at });
  return Float64Array.from(values, (value) => {
    const { first = 0, last = 0 } = bounds.get(value) ?? {};
    return (first + last) / 2 / Math.max(1, values.length - 1);
  });
}
