import type { BaseModel } from '../base-model';
import type { Meter } from '../build';
import type { Bundle, Factors, GradientMap } from '../catalog';
import { type LogEvent, learnGradientMap, type MapEvidence, mapShoppers, replaysOf } from '../evaluate';
import { catalogOf, learnedFrom, type PastLearned, popularityOf } from './evaluate/input';

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

/** What became of a map. */
export interface LearnedMap {
  /** Null where the log does not say that it helps. */
  map: GradientMap | null;
  evidence: MapEvidence;
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
export async function learnMap(sources: MapSources): Promise<LearnedMap | null> {
  const { bundle, events, base, learned, earlierBase, seed, meter, say } = sources;
  const rowOf = rowsById(bundle);
  const split = bundle.manifest.clusters ? null : mapShoppers(events, rowOf);
  if (!split) return null;
  const popularity = popularityOf({ bundle, rowOf }, split.past);
  const earlier = await learnedFrom({ bundle, seed }, split.past, earlierBase);
  meter.start('Shoppers for the map of gradients', replaysOf(split.cold));
  const found = await learnGradientMap({
    before: { catalog: catalogOf(bundle, popularity, earlier), model: earlierBase },
    now: { catalog: catalogOf(bundle, null, learned), model: base },
    known: [...popularity.keys()].filter((row) => popularity[row] > 0),
    shoppers: split.cold,
    seed,
    onProgress: () => meter.advance(1),
  });
  meter.stop();
  say(evidenceText(found));
  return found;
}

/** What the log says of a map, in words. */
function evidenceText({ map, evidence: { shoppers, choices, heldOut, change } }: LearnedMap): string {
  const signed = `${change.mean > 0 ? '+' : ''}${change.mean.toFixed(3)} ± ${change.se.toFixed(3)}`;
  const found = `Map of the experts' gradients: ${choices} choices of ${shoppers} shoppers; it changes the ln rank of ${heldOut} held out by ${signed}`;
  return `${found}, so it is ${map ? 'used' : 'left out'}`;
}

/** Factors with a map, if there is one. */
export const withGradientMap = (factors: Factors, map: GradientMap | null | undefined): Factors =>
  map ? { ...factors, map } : factors;
