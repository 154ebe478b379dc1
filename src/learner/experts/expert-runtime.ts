import { SidestreamError } from '../../error';
import type { Utilization } from '../../model';
import type { ExpertEmbeddings } from '../../ranking';
import type { LearnerCatalogue } from '../learner-catalog';
import type { Experts } from './experts';
import type { TrainRequest } from './experts-batch';

/** Experts that have been trained, with their embeddings at hand. */
interface TrainedExperts {
  experts: Experts;
  embeddings: ExpertEmbeddings;
}

/**
 * The experts of the ladders as one shopper's learner hears them: stored bytes until they are needed, then on the compute
 * backend, which must be set before the first call that returns a promise.
 */
export class HeardExperts {
  #catalogue: LearnerCatalogue;
  readonly #seed: number;
  readonly #nearest: () => readonly number[];
  #trained: TrainedExperts | null = null;
  /** Rows whose embeddings are those of an update before the last. */
  #stale = new Int32Array();
  /** Counts updates: what was begun before one is given up. */
  #update = 0;
  #stored: Uint8Array | null = null;

  /** @param nearest rows whose embeddings the next list needs; after an update they are there first */
  constructor(catalogue: LearnerCatalogue, seed: number, nearest: () => readonly number[]) {
    this.#catalogue = catalogue;
    this.#seed = seed;
    this.#nearest = nearest;
  }

  restore(stored: Uint8Array | null): void {
    this.#stored = stored;
  }

  save(): Uint8Array | null {
    return this.#trained ? this.#trained.experts.save() : this.#stored;
  }

  /** Off the compute backend, as the weights stand. */
  sleep(): void {
    this.#stored = this.save();
    this.dispose();
  }

  /** True when stored experts are not computed yet. */
  get asleep(): boolean {
    return this.#trained === null && this.#stored !== null;
  }

  /** Whether `complete` has something to do. */
  get incomplete(): boolean {
    return this.#trained !== null && this.#stale.length > 0;
  }

  /** What the ranking hears; null before the first training. */
  get embeddings(): ExpertEmbeddings | null {
    const embeddings = this.#trained?.embeddings;
    // Between a grown catalogue and its new embeddings the old ones have too few rows to be heard.
    const rows = this.#catalogue.index.items.length;
    return embeddings && embeddings.learned.length === rows * embeddings.width ? embeddings : null;
  }

  get utilization(): Utilization {
    return this.#trained?.experts.utilization() ?? { text: [], image: [] };
  }

  /**
   * Makes stored experts heard again, or fresh ones.
   * @returns false when the stored ones could not be used, so that fresh ones took their place
   */
  async awaken(): Promise<boolean> {
    if (this.#trained) return true;
    const { Experts: Implementation } = await import('./experts');
    const { table, blend } = this.#catalogue;
    const options = { table, blend, seed: this.#seed };
    let sound = true;
    let experts: Experts;
    try {
      experts = this.#stored ? Implementation.load(options, this.#stored) : Implementation.create(options);
    } catch (thrown) {
      // Stored for another encoder or damaged: the log is still there, so new experts learn from it again.
      if (SidestreamError.from(thrown).code !== 'model/bad-weights') throw thrown;
      sound = false;
      experts = Implementation.create(options);
    }
    this.#stored = null;
    if (await this.#embed(experts)) return sound;
    experts.dispose();
    await this.#embed(Implementation.create(options));
    return false;
  }

  /**
   * Trains the newest experts; must be awake.
   * @param ended whether the window ends after it
   * @returns false when the experts rejected the update
   */
  async train(request: Omit<TrainRequest, 'popularity'>, ended: boolean): Promise<boolean> {
    if (!this.#trained) return false;
    this.#update++;
    const { experts } = this.#trained;
    const { accepted } = await experts.train({ ...request, popularity: this.#catalogue.index.popularity });
    if (ended) experts.endWindow();
    if (!accepted && !ended) return false;
    const sound = await this.#embed(experts);
    if (!sound) this.dispose();
    return accepted && sound;
  }

  /**
   * Computes the embeddings that the last update left for later, piece by piece, other work of the thread in between.
   * Until then those items keep their embeddings from before it. A newer update ends it early, and so may the caller.
   * @param stillWanted called before each piece; false ends it. Default: always true
   * @returns whether the ranking hears something else now
   */
  async complete(stillWanted: () => boolean = () => true): Promise<boolean> {
    const [trained, rows, update] = [this.#trained, this.#stale, this.#update];
    if (!trained || rows.length === 0) return false;
    const { experts, embeddings: before } = trained;
    const { embedLater } = await import('./experts');
    const wanted = (): boolean => stillWanted() && this.#update === update && this.#trained?.experts === experts;
    const values = await embedLater(experts, rows, before.width, wanted);
    if (!values || !this.#trained) return false;
    if (!values.every(Number.isFinite)) {
      // Without them every item has a score again; the next training begins with fresh ones.
      this.dispose();
      return true;
    }
    const { embeddings } = this.#trained;
    const learned = withRows(embeddings.learned, rows, values, before.width);
    const done = new Set(rows);
    this.#stale = this.#stale.filter((row) => !done.has(row));
    this.#trained = { experts, embeddings: { ...embeddings, learned } };
    return true;
  }

  /** The catalogue changed (rows only grow; old rows keep their place). */
  async setCatalogue(catalogue: LearnerCatalogue): Promise<void> {
    this.#catalogue = catalogue;
    if (!this.#trained) return;
    const { experts, embeddings } = this.#trained;
    const update = this.#update;
    experts.setTable(catalogue.table);
    // The rows that were there say what they said.
    const first = embeddings.learned.length / embeddings.width;
    const fresh = Array.from({ length: catalogue.table.count - first }, (_, n) => first + n);
    const learned = await experts.embeddingsOf(fresh);
    // What fresh experts say depends on the catalogue alone.
    const base = await experts.baseEmbeddingsOf(fresh);
    const now = this.#trained;
    if (now?.experts !== experts || now.embeddings.base.length !== embeddings.base.length) return;
    // By experts that may have learned meanwhile.
    if (this.#update !== update) this.#stale = Int32Array.from([...this.#stale, ...fresh]);
    const { width } = embeddings;
    this.#trained = {
      experts,
      // What was left for later may have come meanwhile.
      embeddings: {
        width,
        learned: join(now.embeddings.learned, learned),
        base: join(embeddings.base, base),
      },
    };
  }

  dispose(): void {
    this.#trained?.experts.dispose();
    this.#trained = null;
    this.#stale = new Int32Array();
  }

  /**
   * Embeds the items that the next list needs; the others keep their embeddings until `complete`.
   * @returns false when an embedding is not finite (weights that are large in every layer); then nothing is changed
   */
  async #embed(experts: Experts): Promise<boolean> {
    const { count, dim } = this.#catalogue.table;
    const width = 2 * dim;
    // What fresh experts say depends on the catalogue alone.
    const before = this.#trained?.embeddings;
    const base = before?.base.length === count * width ? before.base : await experts.baseEmbeddings();
    const rows = Int32Array.from(this.#nearest()).filter((row) => row < count);
    const values = await experts.embeddingsOf(rows);
    if (!values.every(Number.isFinite)) return false;
    const last = before?.learned.length === base.length ? before.learned : base;
    const fresh = new Set(rows);
    this.#stale = Int32Array.from({ length: base.length / width }, (_, row) => row).filter((row) => !fresh.has(row));
    this.#trained = { experts, embeddings: { width, learned: withRows(last, rows, values, width), base } };
    // The catalogue may have grown meanwhile.
    if (base.length < this.#catalogue.table.count * width) await this.setCatalogue(this.#catalogue);
    return true;
  }
}

/** A copy with other values in some rows. */
function withRows(all: Float32Array, rows: Int32Array, values: Float32Array, width: number): Float32Array {
  const copy = all.slice();
  for (const [n, row] of rows.entries()) copy.set(values.subarray(n * width, (n + 1) * width), row * width);
  return copy;
}

function join(before: Float32Array, after: Float32Array): Float32Array {
  const whole = new Float32Array(before.length + after.length);
  whole.set(before);
  whole.set(after, before.length);
  return whole;
}
