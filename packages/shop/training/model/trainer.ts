import type { Gradients } from './gradients';
import { RowTable } from './row-table';
import { entryOf, type Weight, type Weights } from './weights';

export interface TrainerOptions {
  learningRate: number;
  /** Gradients are scaled down to this L2 norm over all of them. */
  clipNorm: number;
  /** Weight decay of a step at learning rate 1, as a share of the weight, in addition to Adam's own step (AdamW), by name. */
  weightDecay(name: string): number;
  /** Names of weights [rows, columns] of which each step uses few rows, see `pick`. */
  rowWise: readonly string[];
}

/** AdamW (Loshchilov and Hutter 2019) over some of a model's weights; the other weights are frozen. */
export class Trainer {
  /** Learning rate of the following steps. */
  learningRate: number;
  readonly #frozen: Weights;
  readonly #tables = new Map<string, { table: RowTable; shape: number[]; all: Int32Array | null }>();
  readonly #clipNorm: number;

  /**
   * @param learning names of the weights that learn
   * @throws SidestreamError `model/bad-weights` when a name is missing
   */
  constructor(weights: Weights, learning: Iterable<string>, options: TrainerOptions) {
    const { weightDecay, rowWise } = options;
    const names = new Set(learning);
    this.#frozen = Object.fromEntries(Object.entries(weights).filter(([name]) => !names.has(name)));
    this.learningRate = options.learningRate;
    this.#clipNorm = options.clipNorm;
    for (const name of names) {
      const weight = entryOf(weights, name);
      // Any other weight is a single row.
      const all = rowWise.includes(name) ? null : Int32Array.of(0);
      this.#tables.set(name, {
        table: new RowTable(weight, weightDecay(name), all?.length),
        shape: weight.shape,
        all,
      });
    }
  }

  /** Names of the weights that learn. */
  get learning(): string[] {
    return [...this.#tables.keys()];
  }

  /** The weights as they are now. @param rows those that a step uses of the weights called `rowWise`, each once, which have these rows alone */
  pick(rows: Int32Array): Weights {
    const picked = [...this.#tables].map(([name, { table, shape, all }]): [string, Weight] => [
      name,
      { shape: all ? shape : [rows.length, ...shape.slice(1)], values: table.pick(all ?? rows) },
    ]);
    return { ...this.#frozen, ...Object.fromEntries(picked) };
  }

  /** One step. A weight without a gradient stays. @param rows of `pick` */
  move({ gradients }: Gradients, rows: Int32Array): void {
    const scale = clipScale(gradients, this.#clipNorm);
    for (const [name, gradient] of Object.entries(gradients)) {
      const { table, all } = this.#tables.get(name)!;
      table.step(all ?? rows, gradient, scale, this.learningRate);
    }
  }

  /** The weights that learn, as they are until the next step; not a copy, as are all of the following. */
  read(): Weights {
    return this.#read((table) => table.read());
  }

  /** Averages of the weights that learn over the steps, see `RowTable`. */
  readAverages(): Weights {
    return this.#read((table) => table.readAverages());
  }

  /** Adam's moments of each weight, as `m/` and `v/` and its name. */
  moments(): Weights {
    const moments = [...this.#tables].flatMap(([name, { table }]): [string, Weight][] => {
      const { first, second } = table.moments();
      return [
        [`m/${name}`, first],
        [`v/${name}`, second],
      ];
    });
    return Object.fromEntries(moments);
  }

  /** Continues after the steps of an earlier trainer of the same weights. @param averages result of `readAverages` */
  resume(steps: number, moments: Weights, averages: Weights): void {
    for (const [name, { table }] of this.#tables)
      table.resume(steps, moments[`m/${name}`], moments[`v/${name}`], averages[name]);
  }

  #read(of: (table: RowTable) => Weight): Weights {
    return Object.fromEntries([...this.#tables].map(([name, { table }]) => [name, of(table)]));
  }
}

/** Factor of gradients whose L2 norm is to be at most `most`. */
function clipScale(gradients: Gradients['gradients'], most: number): number {
  let total = 0;
  for (const values of Object.values(gradients)) for (const value of values) total += value * value;
  return Math.min(1, most / Math.sqrt(total));
}
