import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import * as v from 'valibot';
import type { BaseModel } from '../../base-model';
import type { LearnerSettings } from '../../catalog';
import { parseSettings } from '../../catalog/tuning';
import { SidestreamError } from '../../error';
import { type Shopper, shopperSimilarity } from '../../evaluate';
import {
  type ChosenThreshold,
  chooseThreshold,
  parseReplayed,
  type ReplayedShopper,
  ShopperReplay,
  TUNING_PARTS,
  type TuningPartName,
  type TuningShoppers,
} from '../../evaluate/tune';
import { type LearnerCatalog, PreferenceDistance } from '../../learner';
import type { PastFile } from '../evaluate/input';
import type { TaskProcesses } from '../task-processes';

/** Where a shop and its shoppers come from: a log, or made up. Every process makes the same. */
export interface ShopSource {
  parts: Record<TuningPartName, readonly Shopper[]>;
  /** Those of each part whose taste does not change by itself as far as anybody knows: drifts are looked for between them. */
  steady: Record<TuningPartName, readonly Shopper[]>;
  /** What is to be learned of the past before. */
  files(): Promise<PastFile[]>;
  /** What the shop knew when the shoppers came. @returns `popularity`: [items] choices until then */
  open(): Promise<{ catalog: LearnerCatalog; base: BaseModel | undefined; popularity: Float32Array }>;
  /** Whether it has a base model. */
  base: boolean;
  seed: number;
}

/** A step that a process does: it learns a file of the past, or replays some shoppers. */
const taskSchema = v.union([
  v.strictObject({ learn: v.string() }),
  v.strictObject({
    part: v.picklist(TUNING_PARTS),
    places: v.array(v.pipe(v.number(), v.integer(), v.minValue(0))),
    settings: v.array(v.unknown()),
  }),
]);
type Task = v.InferOutput<typeof taskSchema>;

/** A shop on whose shoppers settings are tried. */
export class TuningShop {
  readonly #source: ShopSource;
  #replay: Promise<ShopperReplay> | null = null;

  constructor(source: ShopSource) {
    this.#source = source;
  }

  /** Does a step for the process that asks for it. */
  async do(data: unknown): Promise<unknown> {
    const task = v.parse(taskSchema, data);
    if (!('learn' in task)) return this.#replayed(task.part, task.places, task.settings.map(parseSettings));
    await (await this.#source.files()).find(({ path }) => basename(path) === task.learn)?.make();
    return null;
  }

  /** Learns what is not kept yet of the past. @param pool does it; null: this process does */
  async learn(pool: TaskProcesses | null): Promise<void> {
    for (const { path } of await this.#source.files()) {
      const task = { learn: basename(path) } satisfies Task;
      if (!existsSync(path)) await (pool ? pool.run('past', task) : this.do(task));
    }
  }

  /** The shoppers as `chooseSettings` needs them. @param pool does the replays; null: this process does */
  shoppers(pool: TaskProcesses | null): TuningShoppers {
    const { base, parts } = this.#source;
    const { choose, confirm, report } = parts;
    return {
      base,
      sizes: { choose: choose.length, confirm: confirm.length, report: report.length },
      replay: async (part, places, settings, onReplayed) => {
        const one = async (place: number): Promise<ReplayedShopper[]> => {
          const task = { part, places: [place], settings: [...settings] } satisfies Task;
          const replayed = pool
            ? parseReplayed(await pool.run('replay', task))
            : await this.#replayed(part, task.places, settings);
          onReplayed(1);
          return replayed;
        };
        if (pool) return (await Promise.all(places.map(one))).flat();
        // In one process, one after the other, so that they share what was computed last.
        const all: ReplayedShopper[] = [];
        for (const place of places) all.push(...(await one(place)));
        return all;
      },
    };
  }

  /** The threshold of the drift detector. */
  async threshold(): Promise<ChosenThreshold> {
    const { steady, seed } = this.#source;
    const { catalog, base, popularity } = await this.#source.open();
    const embedding = base && { width: base.config.embeddingDim, values: await base.embedItems(catalog.table) };
    const similarity = shopperSimilarity(catalog.index, popularity);
    const found = chooseThreshold(steady, new PreferenceDistance(catalog.index, embedding), { seed, similarity });
    base?.dispose();
    return found;
  }

  async #replayed(
    part: TuningPartName,
    places: readonly number[],
    settings: readonly LearnerSettings[],
  ): Promise<ReplayedShopper[]> {
    const { parts, seed } = this.#source;
    this.#replay ??= this.#source.open().then((shop) => new ShopperReplay({ ...shop, seed }));
    const replay = await this.#replay;
    const replayed: ReplayedShopper[] = [];
    for (const place of places) {
      const shopper = parts[part][place];
      if (!shopper) {
        throw new SidestreamError('runtime/invalid-input', `There is no shopper ${place} in the part ${part}.`);
      }
      replayed.push(await replay.replay(shopper, settings));
    }
    return replayed;
  }
}
