/** Quality of one shopper's ranked events; means over the events. */
export interface Quality {
  /** Events ranked. */
  events: number;
  /** Share of events whose item was among the first 10. */
  hr10: number;
  /** Mean of 1 / log2(1 + rank) for ranks to 10, else 0: NDCG@10 with one relevant item. */
  ndcg10: number;
  /** Mean of 1 / rank. */
  mrr: number;
  /** Mean of ln(rank); lower is better, and steadier than NDCG since every event counts. */
  lnRank: number;
}

/** Gathers ranks of one shopper. */
export class QualityMeter {
  #events = 0;
  #hits = 0;
  #gain = 0;
  #reciprocal = 0;
  #lnRank = 0;

  add(rank: number): void {
    this.#events++;
    this.#reciprocal += 1 / rank;
    this.#lnRank += Math.log(rank);
    if (rank > 10) return;
    this.#hits++;
    this.#gain += 1 / Math.log2(1 + rank);
  }

  /** Means so far; NaN before the first event. */
  get quality(): Quality {
    const n = this.#events;
    return {
      events: n,
      hr10: this.#hits / n,
      ndcg10: this.#gain / n,
      mrr: this.#reciprocal / n,
      lnRank: this.#lnRank / n,
    };
  }
}

/** Mean over the units in which something was ranked, each counting alike; NaN without any. */
export function meanQuality(units: readonly Quality[], pick: (quality: Quality) => number): number {
  return estimate(units.filter(({ events }) => events > 0).map(pick)).mean;
}

/** Mean and its standard error. */
export interface Estimate {
  mean: number;
  /** Standard deviation of the sample over sqrt(n); 0 for fewer than two values. */
  se: number;
}

export function estimate(values: readonly number[]): Estimate {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n < 2) return { mean, se: 0 };
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return { mean, se: Math.sqrt(variance / n) };
}

/** One method over all units (shoppers, windows, pairs), each counting alike, against the method it is compared with. */
export interface MethodResult {
  name: string;
  hr10: number;
  ndcg10: number;
  mrr: number;
  lnRank: number;
  /** Change of lnRank against the reference, paired by unit; 0 for the reference itself. */
  lnRankChange: number;
  /** Change of ndcg10 against the reference, paired by unit; 0 for the reference itself. */
  ndcg10Change: number;
  /** Paired standard error of `ndcg10Change`. */
  ndcg10Se: number;
  /** Paired standard error of `lnRankChange`. */
  se: number;
  /** Share of units whose lnRank is above the reference's, 0..1. */
  worse: number;
}

/**
 * Units in which nothing was ranked, by the method or by the reference, do not count.
 * @param units qualities of the method
 * @param reference qualities of the method compared with, unit by unit in the same order
 */
export function methodResult(name: string, units: readonly Quality[], reference: readonly Quality[]): MethodResult {
  const pairs = units
    .map((quality, n): [Quality, Quality] => [quality, reference[n]])
    .filter(([quality, other]) => quality.events > 0 && other.events > 0);
  const mean = (pick: (quality: Quality) => number): number => estimate(pairs.map(([quality]) => pick(quality))).mean;
  const changes = pairs.map(([{ lnRank }, other]) => lnRank - other.lnRank);
  const change = estimate(changes);
  const ndcg10 = estimate(pairs.map(([quality, other]) => quality.ndcg10 - other.ndcg10));
  return {
    name,
    hr10: mean(({ hr10 }) => hr10),
    ndcg10: mean((quality) => quality.ndcg10),
    mrr: mean(({ mrr }) => mrr),
    lnRank: mean(({ lnRank }) => lnRank),
    lnRankChange: change.mean,
    ndcg10Change: ndcg10.mean,
    ndcg10Se: ndcg10.se,
    se: change.se,
    worse: changes.filter((value) => value > 0).length / changes.length,
  };
}

/**
 * Splits units in thirds by a value.
 * @returns indices of the lowest, the middle and the highest third; equal values stay in order
 */
export function thirds(values: readonly number[]): [low: number[], middle: number[], high: number[]] {
  const order = [...values.keys()].sort((a, b) => values[a] - values[b]);
  const cut = (third: number): number => Math.round((third * order.length) / 3);
  return [order.slice(0, cut(1)), order.slice(cut(1), cut(2)), order.slice(cut(2))];
}

/**
 * Change of lnRank of some of the units against a reference, paired; units in which nothing was ranked do not count.
 * @param group indices of the units; all when absent
 */
export function lnRankChange(
  units: readonly Quality[],
  reference: readonly Quality[],
  group: readonly number[] = [...units.keys()],
): Estimate {
  const ranked = group.filter((n) => units[n].events > 0 && reference[n].events > 0);
  return estimate(ranked.map((n) => units[n].lnRank - reference[n].lnRank));
}
