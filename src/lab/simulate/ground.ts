import { SidestreamError } from '../../error';
import type { Interaction } from '../../shop/training/companions';
import type { SimulatedShopper } from './shopper';
import type { Configuration, ShopStock } from './shops';
import type { Market } from './visit';

/** What a simulation is made of; every process or worker makes the same. */
export interface Ground {
  source: 'synthetic' | 'log';
  /** Description without the seed. */
  setting: string;
  items: number;
  /** Share of a log's events that have the second of another event of their shopper; null for made-up shoppers. */
  sharedSecond: number | null;
  configurations: readonly Configuration[];
  shoppers: number;
  /** @param n from 0 to `shoppers` */
  shopper(n: number): SimulatedShopper;
  market: Market;
  /** What the shops have; made when it is asked for first, as the process that divides the work does without. */
  stock(): Promise<ShopStock>;
  /** Null where nobody knows what shoppers would have done with other lists. */
  loop: LoopGround | null;
}

/** Shoppers who come round after round, and what a shop has whose popularity is made from what they choose. */
interface LoopGround {
  configurations: readonly Configuration[];
  rounds: number;
  /** Shoppers of a round. */
  cohort: number;
  /** Choices of each. */
  steps: number;
  /** What was chosen before the first round, oldest first. */
  past: readonly Interaction[];
  shopper(round: number, n: number): SimulatedShopper;
  /** What a shop has in a round. */
  stock(round: LoopRound): Promise<ShopStock>;
}

interface LoopRound {
  /** Of the configuration. */
  name: string;
  round: number;
  /** [items] after the rounds before. */
  popularity: Float32Array;
}

/**
 * The configurations that are asked for, in their order.
 * @param possible those that there may be
 * @throws SidestreamError `runtime/invalid-input` for others
 */
export function chosenConfigurations(
  methods: readonly string[] | undefined,
  possible: readonly Configuration[],
): Configuration[] {
  const unknown = methods?.find((name) => name !== 'all' && !possible.some((one) => one === name));
  if (unknown !== undefined) {
    throw new SidestreamError(
      'runtime/invalid-input',
      `There is no configuration ${unknown} here; choose of all, ${possible.join(', ')}.`,
    );
  }
  return possible.filter((name) => !methods || methods.includes('all') || methods.includes(name));
}
