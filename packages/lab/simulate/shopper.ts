import type { Random } from '../../../src/core/common/random';
import type { SplicedStream } from '../evaluate/drift';
import type { Shopper } from '../evaluate/shoppers';
import { drawRow, randomOf } from './seeds';
import { favoritesAmong, makeTaste, otherTaste, type Taste, type World } from './world';

export const TASTE_CHANGES = ['steady', 'abrupt', 'gradual', 'returning'] as const;
export type TasteChange = (typeof TASTE_CHANGES)[number];
/** Of a log: unchanged, or two shoppers in turn and then the first one again. */
export const SHOPPER_KINDS = [...TASTE_CHANGES, 'logged', 'spliced'] as const;

/** A shopper who visits one shop after the other with the same wishes and the same luck. */
export interface SimulatedShopper {
  kind: (typeof SHOPPER_KINDS)[number];
  seed: number;
  /** The row that the shopper seeks at each step if nothing in the list is clicked. */
  wants: readonly number[];
  /** Milliseconds since the epoch, same length. */
  times: readonly number[];
  /** Steps at which the taste changes and at which it returns; null if it does not. */
  shift: number | null;
  back: number | null;
  /** Step at which the new items appear; 0: they exist from the beginning. */
  arrival: number;
  /** Whether the ranks of the sought items count. */
  ranked: boolean;
  /** The row to seek if the one in `wants` was already chosen; null: none. */
  instead(step: number, chosen: ReadonlySet<number>): number | null;
  /** The clicked row of a list; null for none. */
  click(list: readonly number[], step: number): number | null;
  /** How well a list fits the shopper's wishes at this step, 0 to 1, where 1 is the best list of items not yet chosen. */
  fit(list: readonly number[], step: number, chosen: ReadonlySet<number>): number;
  /** How much each item is wanted at this step; null if unknown. */
  wishes(step: number): Float64Array | null;
}

/** Steps of a visit, each with one choice. */
export const VISIT = {
  /**
   * Number of steps in each of the three parts of a visit: the taste changes after the first part and, if it returns, after the
   * second.
   */
  part: 20,
  /** Step at which the new items appear. */
  arrival: 30,
};

/** Purposes of random numbers. */
const [TASTE, OTHER, WANTS, CLICKS, INSTEAD, MIX] = [11, 12, 13, 14, 15, 16];
/** Milliseconds between two choices: a day. */
const DAY = 24 * 3600 * 1000;

/**
 * A simulated shopper with one choice a day, by a taste that stays (`steady`), changes at the second part of the visit
 * (`abrupt`), changes slowly during the second part (`gradual`), or differs only in the second part (`returning`).
 * @param cohort shoppers of different cohorts have different tastes
 */
export function simulatedShopper(
  world: World,
  kind: TasteChange,
  [cohort, number]: readonly [number, number],
  { part, arrival } = VISIT,
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
  // While a taste is changing, lists are judged by the new one.
  const judged = (step: number): Taste => (kind === 'gradual' && step >= part ? second : tastes[step]);
  return {
    kind,
    wants,
    arrival,
    ranked: true,
    seed: Math.floor(at(CLICKS, -1)() * 2 ** 31),
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
 * A shopper of a log, who makes the logged choices whatever is shown. A chosen item in a list is clicked when it is viewed.
 * @param number gives each shopper different luck
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
    kind: shift === null ? 'logged' : 'spliced',
    wants,
    shift,
    back,
    arrival: 0,
    ranked: shift === null,
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

/** Click probability of a viewed item that is wanted as much as the taste's tenth item. */
const CLICK_SHARE = 0.3;

/**
 * Probability that a position of a list is viewed: 1 / position, which is approximately the measured value for ranked lists
 * (position bias of strength 1 in Joachims, Swaminathan and Schnabel, WSDM 2017, section 5.2).
 * @param place from 0
 */
export const attentionAt = (place: number): number => 1 / (place + 1);

/**
 * Simulates clicks on a list: from the top, each position is viewed with the probability `attentionAt`, and a viewed item is
 * clicked in proportion to how much it is wanted (position-based model: Richardson, Dominowska and Ragno, WWW 2007). The first
 * click ends it. The same random numbers are drawn whatever the list contains, so shops are compared with the same luck.
 * @returns the row, or null without a click
 */
export function clickOn(list: readonly number[], { weights, usual }: Taste, random: Random): number | null {
  let clicked: number | null = null;
  for (const [place, row] of list.entries()) {
    const [looks, likes] = [
      random() < attentionAt(place),
      random() < (2 * CLICK_SHARE * weights[row]) / (weights[row] + usual),
    ];
    if (looks && likes) clicked ??= row;
  }
  return clicked;
}
