import { SidestreamError } from '../error';
import { seededRandom } from '../model';
import { rankOf } from '../ranking';
import type { DeviceMethod } from './device';
import { type Quality, QualityMeter } from './quality';
import type { Shopper } from './shoppers';

/** Parts of a spliced stream: the first 20 events of Y, the rest of Y, the first 20 events of X again. */
export const DRIFT_PHASES = ['first-20', 'later', 'return'] as const;
export type DriftPhase = (typeof DRIFT_PHASES)[number];

export interface DriftProtocol {
  streams: readonly SplicedStream[];
  methods: readonly DeviceMethod[];
  /** Called after each stream. */
  onProgress?(done: number, total: number): void;
}

/** Events right after a shift. */
const FIRST = 20;

/**
 * The drift protocol: prequential over spliced streams, each event is ranked among all items not yet chosen in its
 * stream before it is learned. X's first events only teach.
 * @returns for each phase and method the quality of every stream, in the order of `streams`; with 0 events where all of
 *   a phase repeats earlier choices
 */
export async function evaluateDrift(protocol: DriftProtocol): Promise<Record<DriftPhase, Map<string, Quality[]>>> {
  const { streams, methods, onProgress } = protocol;
  const table = (): Map<string, Quality[]> => new Map(methods.map(({ name }) => [name, []]));
  const results = { 'first-20': table(), later: table(), return: table() };
  for (const [done, stream] of streams.entries()) {
    for (const method of methods) {
      const qualities = await runStream(method, stream);
      for (const phase of DRIFT_PHASES) results[phase].get(method.name)?.push(qualities[phase]);
    }
    onProgress?.(done + 1, streams.length);
  }
  return results;
}

async function runStream(method: DeviceMethod, stream: SplicedStream): Promise<Record<DriftPhase, Quality>> {
  const run = method.start();
  const meters = { 'first-20': new QualityMeter(), later: new QualityMeter(), return: new QualityMeter() };
  const chosen = new Set<number>();
  try {
    for (const [n, row] of stream.rows.entries()) {
      const phase = phaseOf(n, stream.shifts);
      if (phase === 'end') break;
      // A repeated choice is learned but not ranked: it is no discovery.
      if (phase !== 'start' && !chosen.has(row)) meters[phase].add(rankOf(await run.scores(), row, chosen));
      await run.observe(row, stream.times[n]);
      chosen.add(row);
    }
  } finally {
    run.close();
  }
  return { 'first-20': meters['first-20'].quality, later: meters.later.quality, return: meters.return.quality };
}

function phaseOf(place: number, [shift, back]: [number, number]): DriftPhase | 'start' | 'end' {
  if (place < shift) return 'start';
  if (place < Math.min(back, shift + FIRST)) return 'first-20';
  if (place < back) return 'later';
  return place < back + FIRST ? 'return' : 'end';
}

/** Shopper X's stream, then shopper Y's, then more of X's. */
export interface SplicedStream extends Shopper {
  /** Places of the first event of Y, and of the first event of X again. */
  shifts: [number, number];
}

/** Events of X at the start, of Y, and of X again at most. */
const SEGMENT = 40;

/**
 * Pairs shoppers X and Y and splices their streams: 40 events of X, the first 40 of Y, the next of X, up to 40.
 * Every shopper is X once before any is X again, with another Y each time.
 * @param shoppers with more than 40 events each
 * @param count pairs; fewer where the shoppers do not make so many
 * @param similarity of two shoppers: Y is then the shopper least similar to X, next time the second least, and so on;
 *   without it Y is any shopper
 * @throws SidestreamError `runtime/invalid-input` for fewer than two shoppers
 */
export function splicedPairs(
  shoppers: readonly Shopper[],
  count: number,
  seed: number,
  similarity?: (x: Shopper, y: Shopper) => number,
): SplicedStream[] {
  const n = shoppers.length;
  if (n < 2) {
    throw new SidestreamError(
      'runtime/invalid-input',
      'A spliced stream needs two shoppers with enough events. Give a longer log, or a smaller --past.',
    );
  }
  const random = seededRandom(seed);
  const ring = shoppers
    .map((shopper) => ({ shopper, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ shopper }) => shopper);
  const others = ring.map((x, at) => {
    const rest = [...ring.slice(at + 1), ...ring.slice(0, at)];
    return similarity ? rest.sort((a, b) => similarity(x, a) - similarity(x, b)) : rest;
  });
  return Array.from({ length: Math.min(count, n * (n - 1)) }, (_, pair) =>
    splice(ring[pair % n], others[pair % n][Math.floor(pair / n)]),
  );
}

function splice(x: Shopper, y: Shopper): SplicedStream {
  const parts = [
    { of: x, from: 0, to: SEGMENT },
    { of: y, from: 0, to: SEGMENT },
    { of: x, from: SEGMENT, to: 2 * SEGMENT },
  ];
  const rows = parts.flatMap(({ of, from, to }) => of.rows.slice(from, to));
  const times: number[] = [];
  for (const { of, from, to } of parts) {
    // Y starts when X's next event would have come, so that times do not reveal the shift.
    const gap = x.times[SEGMENT] - x.times[SEGMENT - 1];
    const start = times.length === 0 ? of.times[from] : times[times.length - 1] + gap;
    for (const time of of.times.slice(from, to)) times.push(start + time - of.times[from]);
  }
  const back = SEGMENT + Math.min(SEGMENT, y.rows.length);
  return { id: `${x.id}, ${y.id}, ${x.id}`, rows, times, shifts: [SEGMENT, back] };
}
