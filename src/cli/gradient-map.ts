import type { BaseModel } from '../base-model';
import type { Meter } from '../build';
import type { Bundle, Factors } from '../catalog';
import {
  LEAST_CHANGE,
  type LearnedFromReplay,
  type LogEvent,
  learnGradientMap,
  mapShoppers,
  type Replay,
  replayer,
} from '../evaluate';
import { catalogOf, learnedFrom, type PastLearned, popularityAtEnd, popularityOf } from './evaluate/input';

/** A shop and its log, from which a map of the experts' gradients is learned. */
export interface MapSources {
  bundle: Bundle;
  /** Sorted by time. */
  events: readonly LogEvent[];
  /** Base model and factors of these events; asked for when there is a map to carry over. */
  now(): Promise<{ base: BaseModel; factors: PastLearned['factors'] }>;
  /** Base model of the earlier part of the events, as `mapShoppers` splits them. */
  earlierBase: BaseModel;
  seed: number;
  meter: Meter;
  say(line: string): void;
  /** Does the steps of the replay in other processes. Default: in this one. */
  replay?: Replay;
}

/** What a process needs of them to do steps of the replay. */
export type ReplaySources = Pick<MapSources, 'bundle' | 'events' | 'earlierBase' | 'seed' | 'meter'>;

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
  const { bundle, say } = sources;
  const request = await replayRequest(sources);
  if (!request) return null;
  const rowOf = rowsById(bundle);
  const popularity = popularityOf({ bundle, rowOf }, request.past);
  const found = await learnGradientMap({
    ...request,
    now: async () => {
      const { base, factors } = await sources.now();
      return { catalog: catalogOf(bundle, null, { factors }), model: base };
    },
    known: [...popularity.keys()].filter((row) => popularity[row] > 0),
    replay: sources.replay ?? metered(sources, request),
  });
  say(evidenceText(found));
  return found;
}

/** Does steps of the replay of `learnMap` for another process; null as `earlierEvents`. The compute backend must be set. */
export async function mapReplay(sources: ReplaySources): Promise<Replay | null> {
  const request = await replayRequest(sources);
  return request && metered(sources, request);
}

/** What the shop knew at the end of the earlier part of the events, and who came then; null as `earlierEvents`. */
async function replayRequest({ bundle, events, earlierBase, seed }: ReplaySources) {
  const rowOf = rowsById(bundle);
  const split = bundle.manifest.clusters ? null : mapShoppers(events, rowOf);
  if (!split) return null;
  const popularity = popularityOf({ bundle, rowOf }, split.past);
  const earlier = await learnedFrom({ bundle, seed }, split.past, earlierBase);
  return {
    before: {
      catalog: catalogOf(bundle, popularityAtEnd({ bundle, rowOf }, split.past), earlier),
      model: earlierBase,
    },
    later: popularityOf({ bundle, rowOf }, events).map((all, row) => all - popularity[row]),
    ...{ past: split.past, shoppers: split.cold, seed },
  };
}

function metered({ meter }: Pick<MapSources, 'meter'>, request: Parameters<typeof replayer>[0]): Replay {
  const replay = replayer({ ...request, onProgress: () => meter.advance(1) });
  return async (steps) => {
    const total = steps.reduce((sum, { from, to }) => sum + to - from, 0);
    meter.start('Shoppers for the map of gradients', total);
    const results = await replay(steps);
    meter.stop();
    return results;
  };
}

/** What the log says of a map and of the lift of new items, in words. */
function evidenceText({ map, evidence, coldStart }: LearnedFromReplay): string {
  const { shoppers, choices, heldOut, change } = evidence;
  const signed = `${change.mean > 0 ? '+' : ''}${change.mean.toFixed(3)} ± ${change.se.toFixed(3)}`;
  const found = `Map of the experts' gradients: ${choices} choices of ${shoppers} shoppers; it changes the ln rank of ${heldOut} held out by ${signed} (a map is used from ${LEAST_CHANGE} on, where that is two standard errors below 0)`;
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
