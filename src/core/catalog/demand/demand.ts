/** Statistics of each item from the shop's log: how often it is chosen, and how it is bought again. */
export interface Demand {
  /** [count] Choices in the whole log. */
  choices: Float32Array;
  /** [count] What sells now: choices, each weighed by how recent it is. */
  recent: Float32Array;
  /** Absent from a log in which nobody bought an item twice. */
  repeats?: Repeats;
}

/** Repeat purchases of a log: of one item by one shopper, on another visit. */
export interface Repeats {
  /** Share of the purchases that are repeats, 0 to 1. */
  share: number;
  /** Days between two purchases of an item, median over all repeats. */
  interval: number;
  /**
   * [count] Share of each item's purchases that are repeats, shrunk towards the share of its category or the shop if it has
   * few.
   */
  shares: Float32Array;
  /** [count] Days between two purchases of each item, or of its category or the shop if it has few repeats. */
  intervals: Float32Array;
}

/**
 * Current popularity: the recency-weighted choices, scaled to the number of all choices.
 * @returns [count] 0 for an item that nobody chose
 */
export function popularityNow({ choices, recent }: Pick<Demand, 'choices' | 'recent'>): Float32Array {
  const sum = (values: Float32Array): number => values.reduce((total, value) => total + value, 0);
  const scale = sum(choices) / (sum(recent) || 1);
  return recent.map((value) => scale * value);
}

/** The same demand with the items in another order. @param order every row once, in the new order */
export function pickDemand({ choices, recent, repeats }: Demand, order: readonly number[]): Demand {
  const pick = (values: Float32Array): Float32Array => Float32Array.from(order, (row) => values[row]);
  return {
    choices: pick(choices),
    recent: pick(recent),
    ...(repeats && {
      repeats: { ...repeats, shares: pick(repeats.shares), intervals: pick(repeats.intervals) },
    }),
  };
}
