import { rankOf } from '../ranking';
import type { DeviceMethod } from './device';
import type { SplicedStream } from './drift-streams';
import { type Quality, QualityMeter } from './quality';

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
      // A repeated choice is no discovery: it teaches, but there is nothing to rank it among.
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
