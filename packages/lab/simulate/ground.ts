import type { Interaction } from '../../shop/training/interactions';
import type { SimulatedShopper } from './shopper';
import type { Configuration, ShopStock } from './shops';
import type { Market } from './visit';

/** The setup of a simulation; every process builds the same one. */
export interface Ground {
  source: 'synthetic' | 'log';
  /** Description without the seed. */
  setting: string;
  items: number;
  /** Share of a log's events that have the second of another event of their shopper; null for simulated shoppers. */
  sharedSecond: number | null;
  configurations: readonly Configuration[];
  shoppers: number;
  /** @param n from 0 to `shoppers` */
  shopper(n: number): SimulatedShopper;
  market: Market;
  /** The data of the shops; built on first use, because the process that divides the work does not need it. */
  stock(): Promise<ShopStock>;
  /** Null if it is unknown what shoppers would have done with other lists. */
  loop: LoopGround | null;
}

/** Shoppers of successive rounds, and the data of a shop whose popularity comes from their choices. */
interface LoopGround {
  configurations: readonly Configuration[];
  rounds: number;
  /** Shoppers of a round. */
  cohort: number;
  /** Choices of each. */
  steps: number;
  /** Choices before the first round, oldest first. */
  past: readonly Interaction[];
  shopper(round: number, n: number): SimulatedShopper;
  /** The data of a shop in a round. */
  stock(round: LoopRound): Promise<ShopStock>;
}

export interface LoopRound {
  name: Configuration;
  round: number;
  /** [items] Popularity after the earlier rounds. */
  popularity: Float32Array;
}
