import type { Quality } from './metrics';

/**
 * One method of a table: a quality for every unit (shopper, window, pair), in the same order for all methods, and further
 * figures by name.
 */
export interface MethodRun {
  name: string;
  units: Quality[];
  figures?: Record<string, number>;
}

/** Methods compared on the same units. */
export interface ResultTable {
  name: string;
  unit: 'shopper' | 'window' | 'pair';
  /** Method that the changes are against. */
  reference: string;
  methods: MethodRun[];
}

/** What one protocol found with one seed. The first table is the one that a program reads. */
export interface ProtocolRun {
  protocol: string;
  seed: number;
  /** What was evaluated, in words, without the seed. */
  setting: string;
  tables: ResultTable[];
  /** Single numbers of the whole run, by name. */
  figures: Record<string, number>;
}
