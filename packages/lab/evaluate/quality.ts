import * as v from 'valibot';
import { type Estimate, estimate } from '../../../src/core/common/estimate';
import { grouped } from '../../../src/core/common/grouped';
import type { RankedStream } from './measurement';
import { basketsIn, type Shopper } from './shoppers';

/** JSON has no NaN (the mean of nothing): it is written as null. */
export const jsonNumber = v.union([
  v.number(),
  v.pipe(
    v.null(),
    v.transform(() => Number.NaN),
  ),
]);

/** Means over choices. */
const meanEntries = {
  /** Share of choices whose item was among the first 10. */
  hr10: jsonNumber,
  /** Mean of 1 / log2(1 + rank) for ranks up to 10, otherwise 0: NDCG@10 with one relevant item. */
  ndcg10: jsonNumber,
  /** Mean of 1 / rank. */
  mrr: jsonNumber,
  /** Mean of ln(rank); lower is better, and steadier than NDCG because every choice counts. */
  lnRank: jsonNumber,
};

/** Quality of one shopper's ranked choices. */
export const qualitySchema = v.object({
  /** Number of ranked choices. */
  events: v.number(),
  ...meanEntries,
  /**
   * Rank of each choice, in order; in a mean over seeds, and for a choice of several items, the geometric mean. Absent if the
   * choices differ between methods.
   */
  ranks: v.optional(v.array(v.number())),
});
export type Quality = v.InferOutput<typeof qualitySchema>;

/** The means of some qualities, by a mean of one figure. */
export const qualityBy = (mean: (pick: (quality: Quality) => number) => number): Omit<Quality, 'events'> => ({
  hr10: mean(({ hr10 }) => hr10),
  ndcg10: mean(({ ndcg10 }) => ndcg10),
  mrr: mean(({ mrr }) => mrr),
  lnRank: mean(({ lnRank }) => lnRank),
});

/**
 * Quality of the choices of one shopper: means over the choices; NaN without any.
 * @param choices rank of the item of each choice; a choice of several items counts once, by the means over them
 */
export function qualityOf(choices: readonly (number | readonly number[])[]): Quality {
  const all = choices.map((one) => [one].flat());
  const meanOf = (of: (rank: number) => number): number => meanBy(all, (ranks) => meanBy(ranks, of));
  return {
    events: all.length,
    hr10: meanOf((rank) => Number(rank <= 10)),
    ndcg10: meanOf((rank) => (rank <= 10 ? 1 / Math.log2(1 + rank) : 0)),
    mrr: meanOf((rank) => 1 / rank),
    lnRank: meanOf(Math.log),
    ranks: all.map((ranks) => (ranks.length === 1 ? ranks[0] : Math.exp(meanBy(ranks, Math.log)))),
  };
}

const meanBy = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((sum, value) => sum + of(value), 0) / values.length;

/** Unweighted mean over the units in which something was ranked; NaN without units. */
export function meanQuality(units: readonly Quality[], pick: (quality: Quality) => number): number {
  return estimate(units.filter(({ events }) => events > 0).map(pick)).mean;
}

/** One method over all units (shoppers, windows, pairs), each counting alike, against the method it is compared with. */
export const methodResultSchema = v.object({
  name: v.string(),
  ...meanEntries,
  /** Change of lnRank against the reference, paired by unit; 0 for the reference itself. */
  lnRankChange: jsonNumber,
  /** The same of ndcg10, with its paired standard error. */
  ndcg10Change: jsonNumber,
  ndcg10Se: jsonNumber,
  /** Paired standard error of `lnRankChange`. */
  se: jsonNumber,
  /** Share of units whose lnRank is above the reference's, 0..1. */
  worse: jsonNumber,
  /**
   * Share of units whose lnRank is above the reference's by more than two standard errors of that unit's own changes,
   * choice by choice, 0..1. Absent if a unit's choices are not recorded individually. A unit with one choice has no error
   * and is not counted as worse.
   */
  worseBeyondError: v.optional(jsonNumber),
});
export type MethodResult = v.InferOutput<typeof methodResultSchema>;

/**
 * Units in which nothing was ranked, by the method or by the reference, do not count.
 * @param reference qualities of the method compared with, unit by unit in the same order
 */
export function methodResult(name: string, units: readonly Quality[], reference: readonly Quality[]): MethodResult {
  const pairs = units
    .map((quality, n): [Quality, Quality] => [quality, reference[n]])
    .filter(([quality, other]) => quality.events > 0 && other.events > 0);
  const changes = pairs.map(([{ lnRank }, other]) => lnRank - other.lnRank);
  const change = estimate(changes);
  const ndcg10 = estimate(pairs.map(([quality, other]) => quality.ndcg10 - other.ndcg10));
  const beyond = pairs.map(([quality, other]) => isWorseBeyondError(quality, other));
  return {
    name,
    ...qualityBy((pick) => estimate(pairs.map(([quality]) => pick(quality))).mean),
    lnRankChange: change.mean,
    ndcg10Change: ndcg10.mean,
    ndcg10Se: ndcg10.se,
    se: change.se,
    worse: changes.filter((value) => value > 0).length / changes.length,
    ...(beyond.includes(undefined) ? {} : { worseBeyondError: beyond.filter(Boolean).length / beyond.length }),
  };
}

/** Undefined if the choices are not recorded individually. */
function isWorseBeyondError({ ranks }: Quality, { ranks: others }: Quality): boolean | undefined {
  if (!ranks || !others || ranks.length !== others.length) return undefined;
  const { mean, se } = estimate(ranks.map((rank, n) => Math.log(rank / others[n])));
  return ranks.length > 1 && mean > 2 * se;
}

/**
 * Splits units into thirds by a value.
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

export interface RankedChoice {
  rank: number;
  /** Whether the item had no choice before the window. */
  isNew: boolean;
  /** Choices of the item in the window, 1 or more. */
  chosen: number;
}

/**
 * Quality on new items, and on old items reweighted to the new items' distribution of popularity within the window: both
 * in classes of 1, 2, 3-4, 5-8 ... choices; classes without new or without old items do not count.
 */
export function coldStartQuality(ranked: readonly RankedChoice[]): { fresh: Quality; old: Quality } {
  const classes = grouped(ranked, ({ chosen }) => Math.ceil(Math.log2(chosen)));
  const ranksOf = (all: readonly RankedChoice[], fresh: boolean): Quality =>
    qualityOf(all.filter(({ isNew }) => isNew === fresh).map(({ rank }) => rank));
  const shared = [...classes.values()]
    .map((all) => ({ fresh: ranksOf(all, true), old: ranksOf(all, false) }))
    .filter(({ fresh, old }) => fresh.events > 0 && old.events > 0);
  const weighted = (side: 'fresh' | 'old'): Quality => {
    const events = shared.reduce((sum, one) => sum + one[side].events, 0);
    const total = shared.reduce((sum, { fresh }) => sum + fresh.events, 0);
    const mean = (pick: (quality: Quality) => number): number =>
      shared.reduce((sum, one) => sum + one.fresh.events * pick(one[side]), 0) / total;
    return { events, ...qualityBy(mean) };
  };
  return { fresh: weighted('fresh'), old: weighted('old') };
}

/**
 * Quality of each stream's ranked events, or of some of them.
 * @param ranked one for each stream, in the same order
 * @param counts whether an event counts. Default: all do
 */
export function streamQualities(
  ranked: readonly RankedStream[],
  streams: readonly Shopper[],
  counts: (row: number, place: number, stream: number) => boolean = () => true,
): Quality[] {
  return ranked.map(({ places, ranks }, n) => {
    const { rows } = streams[n];
    return qualityOf(ranks.filter((_, at) => counts(rows[places[at]], places[at], n)));
  });
}

/**
 * As `streamQualities`, with baskets instead of events: each is one choice, by the means over its items.
 * @param from first position at which a basket may start: an earlier one has a shorter history than the events
 */
export function basketQualities(ranked: readonly RankedStream[], streams: readonly Shopper[], from: number): Quality[] {
  return ranked.map(({ places, basketRanks }, n) => {
    const baskets = basketsIn(streams[n].times)
      .filter(({ start }) => start >= from)
      .map(({ start, end }) => basketRanks.filter((_, at) => places[at] >= start && places[at] < end));
    return qualityOf(baskets.filter(({ length }) => length > 0));
  });
}

/** Share of the ranked events that share their second with another event of the same stream, 0..1. */
export function sharedSeconds(ranked: readonly Pick<RankedStream, 'places'>[], streams: readonly Shopper[]): number {
  const shared = ranked.flatMap(({ places }, n) => {
    const shares = basketsIn(streams[n].times).flatMap(({ start, end }) =>
      Array<boolean>(end - start).fill(end - start > 1),
    );
    return places.map((place) => shares[place]);
  });
  return shared.filter(Boolean).length / shared.length;
}
