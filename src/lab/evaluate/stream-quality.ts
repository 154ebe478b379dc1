import type { RankedStream } from './device';
import { type Quality, QualityMeter, qualityOf } from './quality';
import { basketEnd, type Shopper } from './shoppers';

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
    const { times } = streams[n];
    const meter = new QualityMeter();
    for (let start = 0; start < times.length; start = basketEnd(times, start)) {
      const end = basketEnd(times, start);
      const basket = basketRanks.filter((_, at) => places[at] >= start && places[at] < end);
      if (start >= from && basket.length > 0) meter.add(...basket);
    }
    return meter.quality;
  });
}

/** For each event, whether another event of the same shopper has the same second. */
function sharesSecond(times: readonly number[]): boolean[] {
  const shared: boolean[] = [];
  while (shared.length < times.length) {
    const start = shared.length;
    const end = basketEnd(times, start);
    for (let place = start; place < end; place++) shared.push(end - start > 1);
  }
  return shared;
}

/** Share of the ranked events that share their second with another event of the same stream, 0..1. */
export function sharedSeconds(ranked: readonly RankedStream[], streams: readonly Shopper[]): number {
  return shareOf(
    ranked.flatMap(({ places }, n) => {
      const shares = sharesSecond(streams[n].times);
      return places.map((place) => shares[place]);
    }),
  );
}

/** The same if all events are ranked. @param to end of the events used */
export const shareOfSharedSeconds = (streams: readonly Shopper[], to: number): number =>
  shareOf(streams.flatMap(({ times }) => sharesSecond(times).slice(0, to)));

const shareOf = (holds: readonly boolean[]): number => holds.filter(Boolean).length / holds.length;
