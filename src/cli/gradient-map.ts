import type { BaseModel } from '../base-model';
import type { Meter } from '../build';
import type { Bundle, Factors } from '../catalog';
import { type LearnedFromReplay, type LogEvent, learnGradientMap, mapShoppers, replaysOf } from '../evaluate';
import { catalogOf, learnedFrom, type PastLearned, popularityAtEnd, popularityOf } from './evaluate/input';

/** A shop and its log, from which a map of the experts' gradients is learned. */
export interface MapSources {
  bundle: Bundle;
  /** Sorted by time. */
  events: readonly LogEvent[];
  /** Base model of these events. */
  base: BaseModel;
  /** Co-occurrence and factors of these events. */
  learned: Pick<PastLearned, 'factors'>;
  /** Base model of the earlier part of the events, as `mapShoppers` splits them. */
  earlierBase: BaseModel;
  seed: number;
  meter: Meter;
  say(line: string): void;
}

const rowsById = ({ items }: Bundle): Map<string, number> => new Map(items.map(({ id }, row) => [id, row]));

/**
 * The events of the earlier part of a log, of which `learnMap` needs a base model.
 * @returns null where no map is learned: too few shoppers came later, or pages load the catalogue in parts and use no factors
 */
export function earlierEvents(events: readonly LogEvent[], bundle: Bundle): LogEvent[] | null {
  return bundle.manifest.clusters ? null : (mapShoppers(events, rowsById(bundle))?.past ?? null);
}

/** Learns a map, and says what the log says of it; null as `earlierEvents`. The compute backend must be set. */
export async function learnMap(sources: MapSources): Promise<LearnedFromReplay | null> {
  const { bundle, events, base, learned, earlierBase, seed, meter, say } = sources;
  const rowOf = rowsById(bundle);
  const split = bundle.manifest.clusters ? null : mapShoppers(events, rowOf);
  if (!split) return null;
  const popularity = popularityOf({ bundle, rowOf }, split.past);
  const earlier = await learnedFrom({ bundle, seed }, split.past, earlierBase);
  meter.start('Shoppers for the map of gradients', replaysOf(split.cold));
  const found = await learnGradientMap({
    before: {
      catalog: catalogOf(bundle, popularityAtEnd({ bundle, rowOf }, split.past), earlier),
      model: earlierBase,
    },
    now: { catalog: catalogOf(bundle, null, learned), model: base },
    known: [...popularity.keys()].filter((row) => popularity[row] > 0),
    later: popularityOf({ bundle, rowOf }, events).map((all, row) => all - popularity[row]),
    shoppers: split.cold,
    seed,
    onProgress: () => meter.advance(1),
  });
  meter.stop();
  say(evidenceText(found));
  return found;
}

/** What the log says of a map and of the lift of new items, in words. */
function evidenceText({ map, evidence, coldStart }: LearnedFromReplay): string {
  const { shoppers, choices, heldOut, change } = evidence;
  const signed = `${change.mean > 0 ? '+' : ''}${change.mean.toFixed(3)} ± ${change.se.toFixed(3)}`;
  const found = `Map of the experts' gradients: ${choices} choices of ${shoppers} shoppers; it changes the ln rank of ${heldOut} held out by ${signed}`;
  const used = `${found}, so it is ${map ? 'used' : 'left out'}`;
  if (!coldStart) return `${used}\nLift of new items: they were chosen too rarely, so it is that of every shop`;
  const { lift, choices: ofNew, newOverOld, cost } = coldStart;
  const price = `for ${(100 * cost).toFixed(1)} % of the NDCG@10 of old items`;
  return `${used}\nLift of new items: ${lift}; of ${ofNew} choices ${newOverOld.toFixed(2)} times as many are in the first ten as of old items chosen as often, ${price}`;
}

/** Factors with what the replayed shoppers taught. */
export const withReplay = (factors: Factors, found: Pick<LearnedFromReplay, 'map' | 'coldStart'> | null): Factors => ({
  ...factors,
  ...(found?.map && { map: found.map }),
  ...(found?.coldStart && { coldStart: found.coldStart.lift }),
});
