import { popularityNow } from '../../../src/core/catalog';
import { shuffled } from '../../../src/core/common/random';
import { choicesFrom, type Interaction, recentPopularity } from '../../shop/training/interactions';
import type { ShopBlock } from './block';
import {
  coverage,
  type FigureWords,
  gini,
  interval,
  intervalOf,
  leavingOut,
  type Measured,
  mapValues,
  topDecile,
} from './figures';
import type { Ground } from './ground';
import { randomOf } from './seeds';

export const ROUND_FIGURES = {
  coverage: {
    title: 'Items chosen',
    unit: 'percent',
    of: coverage,
    meaning: 'Share of the catalogue that anybody chose in the round. A falling share means that the shop narrows.',
  },
  gini: {
    title: 'Concentration of the choices (Gini)',
    unit: 'number',
    of: gini,
    meaning:
      '0 if all items are chosen equally often, 1 if one item gets every choice. A rising value means that the shop narrows.',
  },
  topDecile: {
    title: 'Share of the top tenth',
    unit: 'percent',
    of: topDecile,
    meaning:
      'Share of the choices that the most chosen tenth of the items gets. A rising value means that the shop narrows.',
  },
} as const satisfies Record<string, FigureWords & { of(counts: readonly number[]): number }>;

export type RoundFigure = keyof typeof ROUND_FIGURES;
export const ROUND_FIGURE_NAMES = Object.keys(ROUND_FIGURES) as RoundFigure[];

/** A shop and the blocks of each round, with equal numbers of shoppers block by block. */
export interface LoopRun {
  name: string;
  rounds: readonly (readonly ShopBlock[])[];
}

/** The state before the first round. */
interface LoopStart extends Pick<NonNullable<Ground['loop']>, 'rounds' | 'past'>, Pick<Ground, 'items'> {
  name: string;
  seed: number;
}

/** Purpose of random numbers. */
const ORDER = 21;

/**
 * Runs a closed loop: the choices of a round become part of the popularity in the next, as `sidestream train` would count them.
 * @param work sends the shoppers of a round through the shop, whose popularity is given for each item
 */
export async function closedLoop(
  { name, rounds, past, items, seed }: LoopStart,
  work: (round: number, popularity: Float32Array) => Promise<ShopBlock[]>,
): Promise<LoopRun> {
  const log = [...past];
  const all: ShopBlock[][] = [];
  for (let round = 0; round < rounds; round++) {
    const blocks = await work(round, popularityOf(log, items));
    all.push(blocks);
    log.push(...choicesIn(blocks, seed, round));
  }
  return { name, rounds: all };
}

/** Popularity after some choices, as a shop counts it: see `popularityNow`. @returns [items] */
export function popularityOf(log: readonly Interaction[], items: number): Float32Array {
  return popularityNow({ choices: choicesOf(log, items), recent: recentPopularity(choicesFrom(log), items) });
}

/** How often each item was chosen. */
export function choicesOf(log: readonly Interaction[], items: number): Float32Array {
  const choices = new Float32Array(items);
  for (const { row } of log) choices[row]++;
  return choices;
}

/** The choices of a round, in random order: late choices count no more than early ones. */
function choicesIn(blocks: readonly ShopBlock[], seed: number, round: number): Interaction[] {
  const random = randomOf(seed, ORDER, round);
  const rows = blocks.flatMap(({ chosen }) => chosen.flatMap((times, row) => Array<number>(times).fill(row)));
  return shuffled(rows, random).map((row, n) => ({ user: `round ${round}, ${n}`, row, time: n }));
}

/** Effects of closed loops on the shops. */
export function loopFigures(runs: readonly LoopRun[]) {
  const all = runs.map(({ name, rounds }) => ({ name, rounds: rounds.map(figuresOfRound) }));
  const random = all.find(({ name }) => name === 'random')?.rounds.at(-1);
  return all.map(({ name, rounds }) => {
    const [first, last] = [rounds[0], rounds[rounds.length - 1]];
    return {
      name,
      rounds: rounds.map((round) => mapValues(round, (figure) => intervalOf(figure))),
      // From the first round to the last. They have different shoppers, so errors add up; those of two shops cancel.
      change: mapValues(last, (figure, which) => {
        const errors = [first[which], figure].map(({ parts, errorOf }) => errorOf(parts));
        return interval(figure.value - first[which].value, Math.hypot(...errors));
      }),
      // In the last round; null without such a shop.
      againstRandom:
        random && name !== 'random' ? mapValues(last, (figure, which) => intervalOf(figure, random[which])) : null,
    };
  });
}

const figuresOfRound = (blocks: readonly ShopBlock[]): Record<RoundFigure, Measured> =>
  mapValues(ROUND_FIGURES, ({ of }) =>
    leavingOut(
      blocks.map(({ chosen }) => chosen),
      of,
    ),
  );
