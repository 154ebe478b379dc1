import type { SplicedStream } from '../evaluate/drift';
import type { Shopper } from '../evaluate/shoppers';
import { attentionAt, clickOn } from './attention';
import { drawRow, randomOf } from './seeds';
import { favoritesAmong, makeTaste, otherTaste, type Taste, type World } from './world';

/** How the taste of a made-up shopper changes. */
export const TASTE_CHANGES = ['steady', 'abrupt', 'gradual', 'returning'] as const;
export type TasteChange = (typeof TASTE_CHANGES)[number];
/** Of a log: as it is, or two shoppers one after the other and the first one again. */
export type ShopperKind = TasteChange | 'logged' | 'spliced';

/** A shopper who visits one shop after the other with the same wishes and the same luck. */
export interface SimulatedShopper {
  kind: ShopperKind;
  /** Of what is random in a shop for this shopper. */
  seed: number;
  /** The row that is looked for at each step, where nothing in the list is clicked. */
  wants: readonly number[];
  /** Milliseconds since the epoch, same length. */
  times: readonly number[];
  /** Steps at which the taste changes, and at which it comes back; null where it does not. */
  shift: number | null;
  back: number | null;
  /** Step at which the new items appear; 0: they are there from the beginning. */
  arrival: number;
  /** Whether the ranks of what is looked for count. */
  ranked: boolean;
  /** The row to look for where the one of `wants` was chosen before; null: nothing. */
  instead(step: number, chosen: ReadonlySet<number>): number | null;
  /** Row of a list that is clicked; null for none. */
  click(list: readonly number[], step: number): number | null;
  /** How well a list is what is wanted at this step, 0 to 1: the best that there is besides what was chosen. */
  fit(list: readonly number[], step: number, chosen: ReadonlySet<number>): number;
  /** How much each item is wanted at this step; null where nobody knows. */
  wishes(step: number): Float64Array | null;
}

/** Steps of a visit, each with one choice. */
export interface VisitPlan {
  /** Steps of each of the three parts of a visit: the taste changes after the first and, where it returns, after the second. */
  part: number;
  /** Step at which the new items appear. */
  arrival: number;
}

export const VISIT: VisitPlan = { part: 20, arrival: 30 };

/** Purposes of random numbers. */
const [TASTE, OTHER, WANTS, CLICKS, INSTEAD, MIX] = [11, 12, 13, 14, 15, 16];
/** Milliseconds between two choices: a day. */
const DAY = 24 * 3600 * 1000;

/**
 * A made-up shopper: one choice a day, by a taste that stays (`steady`), is another one from the second part of the visit on
 * (`abrupt`), turns into another one during the second part (`gradual`), or is another one in the second part alone
 * (`returning`).
 * @param cohort shoppers of other cohorts have other tastes
 * @param number of the shopper in it
 */
export function madeUpShopper(
  world: World,
  kind: TasteChange,
  [cohort, number]: readonly [number, number],
  { part, arrival }: VisitPlan = VISIT,
  steps = 3 * part,
): SimulatedShopper {
  const seeds = [cohort, number];
  const first = makeTaste(world, TASTE, ...seeds);
  const second = kind === 'steady' ? first : otherTaste(world, first, OTHER, ...seeds);
  const mix = randomOf(world.seed, MIX, ...seeds);
  const tastes = Array.from({ length: steps }, (_, step) => {
    const random = mix();
    const share =
      kind === 'gradual' ? (step - part) / part : Number(step >= part && (kind === 'abrupt' || step < 2 * part));
    return random < share ? second : first;
  });
  const visible = (step: number): number => (step < arrival ? world.known : first.weights.length);
  const random = randomOf(world.seed, WANTS, ...seeds);
  const wanted = new Set<number>();
  const wants = tastes.map(({ weights }, step) => {
    const row = drawRow(random, weights, (other) => other < visible(step) && !wanted.has(other)) ?? 0;
    wanted.add(row);
    return row;
  });
  const at = (purpose: number, step: number) => randomOf(world.seed, purpose, ...seeds, step);
  // While a taste turns into another one, lists are judged by the one that comes.
  const judged = (step: number): Taste => (kind === 'gradual' && step >= part ? second : tastes[step]);
  return {
    ...{ kind, wants, arrival, ranked: true, seed: Math.floor(at(CLICKS, -1)() * 2 ** 31) },
    times: wants.map((_, step) => (1 + step) * DAY),
    shift: kind === 'steady' || steps <= part ? null : part,
    back: kind === 'returning' && steps > 2 * part ? 2 * part : null,
    instead: (step, chosen) =>
      drawRow(at(INSTEAD, step), tastes[step].weights, (row) => row < visible(step) && !chosen.has(row)),
    click: (list, step) => clickOn(list, tastes[step], at(CLICKS, step)),
    fit(list, step, chosen) {
      const favorites = favoritesAmong(judged(step), (row) => row < visible(step) && !chosen.has(row));
      return list.filter((row) => favorites.has(row)).length / Math.max(1, list.length);
    },
    wishes: (step) => tastes[step].weights,
  };
}

/**
 * A shopper of a log, who chooses what the log says whatever is shown. What a list holds of it is clicked when it is looked at.
 * @param number makes the luck of each shopper another one
 */
export function loggedShopper(
  stream: Shopper | SplicedStream,
  seed: number,
  number: number,
  to = Number.POSITIVE_INFINITY,
): SimulatedShopper {
  const wants = stream.rows.slice(0, to);
  const [shift, back] = 'shifts' in stream ? stream.shifts : [null, null];
  const at = (step: number) => randomOf(seed, CLICKS, number, step);
  return {
    ...{ kind: shift === null ? 'logged' : 'spliced', wants, shift, back, arrival: 0, ranked: shift === null },
    seed: Math.floor(at(-1)() * 2 ** 31),
    times: stream.times.slice(0, to),
    instead: () => null,
    click(list, step) {
      const place = list.indexOf(wants[step]);
      return place >= 0 && at(step)() < attentionAt(place) ? wants[step] : null;
    },
    fit: (list, step) => Number(list.includes(wants[step])),
    wishes: () => null,
  };
}
