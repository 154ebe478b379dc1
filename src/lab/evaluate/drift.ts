import { seededRandom } from '../../core/common/random';
import { invalidInput } from '../../error';
import { type DeviceMethod, type RankedStream, rankStream, type StreamPlan } from './device';
import type { Shopper } from './shoppers';

/** Parts of a spliced stream: the first 20 events of Y, the rest of Y, the first 20 events of X again. */
export const DRIFT_PHASES = ['first-20', 'later', 'return'] as const;
export type DriftPhase = (typeof DRIFT_PHASES)[number];

/** A method under test; one that skips some parts of the streams shows the possible gain. */
export interface DriftMethod extends DeviceMethod {
  /** Ranked phases. Default: all. */
  phases?: readonly DriftPhase[];
  /** Learned parts; `start` is X's first events. Default: all. */
  observed?: readonly (DriftPhase | 'start')[];
}

/** Variants of a learner without the other shopper, by the suffix of their name: they show the possible gain in these phases. */
const CEILINGS: Record<string, Required<Pick<DriftMethod, 'phases' | 'observed'>>> = {
  'never-y': { phases: ['return'], observed: ['start', 'return'] },
  'fresh-y': { phases: ['first-20', 'later'], observed: ['first-20', 'later'] },
};

/** Names of the ceilings of a method: `…-never-y` did not learn Y's events, `…-fresh-y` nothing before them. */
export const ceilingNames = (method: string): string[] => Object.keys(CEILINGS).map((end) => `${method}-${end}`);

/** The ceilings of a method, as `ceilingNames`. */
export const ceilingsOf = (method: DeviceMethod): DriftMethod[] =>
  Object.entries(CEILINGS).map(([end, parts]) => ({
    ...parts,
    name: `${method.name}-${end}`,
    start: () => method.start(),
  }));

/** Phases in which the method of this name is ranked. */
export function phasesOf(name: string): readonly DriftPhase[] {
  const [, ceiling] = Object.entries(CEILINGS).find(([end]) => name.endsWith(`-${end}`)) ?? [];
  return ceiling?.phases ?? DRIFT_PHASES;
}

export interface DriftProtocol {
  streams: readonly SplicedStream[];
  methods: readonly DriftMethod[];
  /** Called after each stream. */
  onProgress?(done: number, total: number): void;
}

/** Number of events right after a shift. */
const FIRST_EVENTS = 20;

/**
 * The drift protocol: prequential over spliced streams, as `rankStream`; items that the stream chose before are not ranked,
 * whether or not the method has learned them. X's first events are only learned.
 * @returns per method the ranks of every stream, in the order of `streams`; `phaseOf` gives the phase of a position
 */
export function evaluateDrift(protocol: DriftProtocol): Map<string, RankedStream[]> {
  const { streams, methods, onProgress } = protocol;
  const results = new Map<string, RankedStream[]>(methods.map(({ name }) => [name, []]));
  for (const [done, stream] of streams.entries()) {
    for (const method of methods) {
      results.get(method.name)?.push(rankStream(method, stream, planOf(method, stream)));
    }
    onProgress?.(done + 1, streams.length);
  }
  return results;
}

function planOf({ phases, observed }: DriftMethod, { shifts }: SplicedStream): StreamPlan {
  const [shift, back] = shifts;
  const isIn = (places: readonly string[] | undefined, place: number): boolean =>
    places?.includes(phaseOf(place, shifts)) ?? true;
  return {
    from: shift,
    to: back + FIRST_EVENTS,
    ranks: (place) => isIn(phases, place),
    observes: (place) => isIn(observed, place),
  };
}

/** @param shifts shifts of the stream */
export function phaseOf(place: number, [shift, back]: SplicedStream['shifts']): DriftPhase | 'start' | 'end' {
  if (place < shift) return 'start';
  if (place < Math.min(back, shift + FIRST_EVENTS)) return 'first-20';
  if (place < back) return 'later';
  return place < back + FIRST_EVENTS ? 'return' : 'end';
}

/** Shopper X's stream, then shopper Y's, then more of X's. */
export interface SplicedStream extends Shopper {
  /** Positions of the first event of Y, and of the first returning event of X. */
  shifts: [number, number];
}

/** Number of events of X at the start, of Y, and, at most, of X again. */
const SEGMENT = 40;

/** The pairs of `shopperPairs`, spliced: 40 events of X, the first 40 of Y, the next of X, up to 40. @param shoppers with more than 40 events each */
export const splicedPairs = (...given: Parameters<typeof shopperPairs>): SplicedStream[] =>
  shopperPairs(...given).map(([x, y]) => splice(x, y));

/**
 * Pairs shoppers X and Y. Every shopper is X once before any is X again, with a different Y each time.
 * @param count number of pairs; fewer if there are not enough shoppers
 * @param similarity of two shoppers: Y is then the shopper least similar to X, next time the second least, and so on;
 *   without it Y is any shopper
 * @throws SidestreamError `runtime/invalid-input` for fewer than two shoppers
 */
export function shopperPairs(
  shoppers: readonly Shopper[],
  count: number,
  seed: number,
  similarity?: (x: Shopper, y: Shopper) => number,
): [x: Shopper, y: Shopper][] {
  const n = shoppers.length;
  if (n < 2) {
    throw invalidInput(
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
  return Array.from({ length: Math.min(count, n * (n - 1)) }, (_, pair) => [
    ring[pair % n],
    others[pair % n][Math.floor(pair / n)],
  ]);
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
    // Y starts at the time of X's next event, so times do not reveal the shift.
    const gap = x.times[SEGMENT] - x.times[SEGMENT - 1];
    const start = times.length === 0 ? of.times[from] : times[times.length - 1] + gap;
    for (const time of of.times.slice(from, to)) times.push(start + time - of.times[from]);
  }
  const back = SEGMENT + Math.min(SEGMENT, y.rows.length);
  return { id: `${x.id}, ${y.id}, ${x.id}`, rows, times, shifts: [SEGMENT, back] };
}
