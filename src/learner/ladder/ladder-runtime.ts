import { SidestreamError } from '../../error';
import type { ChoiceHistory } from '../../events';
import type { Utilization } from '../../model';
import {
  type ExpertEmbeddings,
  LONGEST_HISTORY,
  scores,
  type TermValues,
  type TermWeights,
  topRows,
} from '../../ranking';
import type { LearnerCatalog } from '../learner-catalog';
import type { LadderExperts } from './ladder-experts';
import type { MakeTrainer } from './ladder-trainer';

/** Items that a list may contain: the best by all terms but that of the ladders' experts. */
const CANDIDATES = 1000;
/** Steps of Adam in one training. */
const STEPS = 10;

/**
 * The rows whose embeddings the next list needs: those of the history that the term `experts` reads, and the candidates.
 * @param history item rows, oldest first
 * @returns each row once
 */
export function ladderCandidates(terms: TermValues, weights: TermWeights, history: readonly number[]): number[] {
  const candidates = topRows(scores(terms, { ...weights, experts: 0 }), CANDIDATES);
  return [...new Set([...history.slice(-LONGEST_HISTORY), ...candidates])];
}

/** Experts that train, with their embeddings. */
interface LoadedLadder {
  experts: LadderExperts;
  embeddings: ExpertEmbeddings;
}

/**
 * The ladders' experts of one shopper: stored bytes until they are needed, then with what trains them.
 */
export class LadderRuntime {
  #catalog: LearnerCatalog;
  readonly #seed: number;
  readonly #nearest: () => readonly number[];
  readonly #trainer: (catalog: LearnerCatalog) => Promise<MakeTrainer>;
  #loaded: LoadedLadder | null = null;
  /** Rows whose embeddings are older than the last update. */
  #stale = new Int32Array();
  /** Number of updates: a computation that began before the last one is dropped. */
  #update = 0;
  #stored: Uint8Array | null = null;

  /**
   * @param nearest returns the rows that the next list needs; they are embedded first after an update
   * @param trainer chooses what trains, each time that the experts are loaded
   */
  constructor(
    catalog: LearnerCatalog,
    seed: number,
    nearest: () => readonly number[],
    trainer: (catalog: LearnerCatalog) => Promise<MakeTrainer>,
  ) {
    this.#catalog = catalog;
    this.#seed = seed;
    this.#nearest = nearest;
    this.#trainer = trainer;
  }

  restore(stored: Uint8Array | null): void {
    this.#stored = stored;
  }

  save(): Uint8Array | null {
    return this.#loaded ? this.#loaded.experts.save() : this.#stored;
  }

  /** Saves the weights and frees what trains them. */
  unload(): void {
    this.#stored = this.save();
    this.dispose();
  }

  /** True when stored experts are not loaded yet. */
  get unloaded(): boolean {
    return this.#loaded === null && this.#stored !== null;
  }

  /** Whether `complete` has something to do. */
  get incomplete(): boolean {
    return this.#loaded !== null && this.#stale.length > 0;
  }

  /** Embeddings for the term `experts`; null before the first training. */
  get embeddings(): ExpertEmbeddings | null {
    const embeddings = this.#loaded?.embeddings;
    // After the catalogue grew, and until its new items are embedded, there are too few rows.
    const rows = this.#catalog.index.items.length;
    return embeddings && embeddings.learned.length === rows * embeddings.width ? embeddings : null;
  }

  get utilization(): Utilization {
    return this.#loaded?.experts.utilization() ?? { text: [], image: [] };
  }

  /**
   * Loads the stored experts, or makes fresh ones.
   * @returns false when the stored experts are not usable and fresh ones replaced them
   */
  async load(): Promise<boolean> {
    if (this.#loaded) return true;
    const { LadderExperts: Implementation } = await import('./ladder-experts');
    const trainer = await this.#trainer(this.#catalog);
    const { table, blend } = this.#catalog;
    const options = { table, blend, seed: this.#seed, trainer };
    let sound = true;
    let experts: LadderExperts;
    try {
      experts = this.#stored ? Implementation.load(options, this.#stored) : Implementation.create(options);
    } catch (thrown) {
      // Stored for another encoder or damaged. The log is intact, so fresh experts learn from it again.
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
   * Trains the newest experts; does nothing before `load`.
   * @param history of all choices
   * @param ended whether the window ends after it
   * @returns false when the experts rejected the update
   */
  async train(
    { rows, strengths }: Pick<ChoiceHistory, 'rows' | 'strengths'>,
    seed: number,
    ended: boolean,
  ): Promise<boolean> {
    if (!this.#loaded) return false;
    this.#update++;
    const { experts } = this.#loaded;
    const { accepted } = await experts.train({
      history: Int32Array.from(rows),
      eventWeights: Float32Array.from(strengths),
      popularity: this.#catalog.index.popularity,
      steps: STEPS,
      seed,
    });
    if (ended) experts.endWindow();
    if (!accepted && !ended) return false;
    const sound = await this.#embed(experts);
    if (!sound) this.dispose();
    return accepted && sound;
  }

  /**
   * Computes the embeddings that the last update left for later, in parts, so that other tasks of the thread run in
   * between. Until then those items keep their older embeddings. A newer update ends it early.
   * @param stillWanted called before each part; false ends it. Default: always true
   * @returns whether `embeddings` changed
   */
  async complete(stillWanted: () => boolean = () => true): Promise<boolean> {
    const [loaded, rows, update] = [this.#loaded, this.#stale, this.#update];
    if (!loaded || rows.length === 0) return false;
    const { experts, embeddings: before } = loaded;
    const wanted = (): boolean => stillWanted() && this.#update === update && this.#loaded?.experts === experts;
    const values = await experts.embedLater(rows, wanted);
    if (!values || !this.#loaded) return false;
    if (!values.every(Number.isFinite)) {
      // Without the experts every item has a finite score; the next training starts with fresh ones.
      this.dispose();
      return true;
    }
    const { embeddings } = this.#loaded;
    const learned = withRows(embeddings.learned, rows, values, before.width);
    const done = new Set(rows);
    this.#stale = this.#stale.filter((row) => !done.has(row));
    this.#loaded = { experts, embeddings: { ...embeddings, learned } };
    return true;
  }

  /** Replaces the catalogue by one with more items; items keep their rows. */
  async setCatalog(catalog: LearnerCatalog): Promise<void> {
    this.#catalog = catalog;
    if (!this.#loaded) return;
    const { experts, embeddings } = this.#loaded;
    const update = this.#update;
    experts.setTable(catalog.table);
    // Items that were there keep their embeddings.
    const first = embeddings.learned.length / embeddings.width;
    const fresh = Array.from({ length: catalog.table.count - first }, (_, n) => first + n);
    const learned = await experts.embeddingsOf(fresh);
    // Embeddings by fresh experts depend on the catalogue alone.
    const base = await experts.baseEmbeddingsOf(fresh);
    const now = this.#loaded;
    if (now?.experts !== experts || now.embeddings.base.length !== embeddings.base.length) return;
    // The experts may have learned meanwhile.
    if (this.#update !== update) this.#stale = Int32Array.from([...this.#stale, ...fresh]);
    const { width } = embeddings;
    this.#loaded = {
      experts,
      // `complete` may have replaced embeddings meanwhile.
      embeddings: {
        width,
        learned: join(now.embeddings.learned, learned),
        base: join(embeddings.base, base),
      },
    };
  }

  dispose(): void {
    this.#loaded?.experts.dispose();
    this.#loaded = null;
    this.#stale = new Int32Array();
  }

  /**
   * Embeds the items that the next list needs; the others keep their embeddings until `complete`.
   * @returns false when an embedding is not finite (weights that are large in every layer) and nothing changed
   */
  async #embed(experts: LadderExperts): Promise<boolean> {
    const { count, dim } = this.#catalog.table;
    const width = 2 * dim;
    // Embeddings by fresh experts depend on the catalogue alone.
    const before = this.#loaded?.embeddings;
    const base = before?.base.length === count * width ? before.base : await experts.baseEmbeddings();
    const rows = Int32Array.from(this.#nearest()).filter((row) => row < count);
    const values = await experts.embeddingsOf(rows);
    if (!values.every(Number.isFinite)) return false;
    const last = before?.learned.length === base.length ? before.learned : base;
    const fresh = new Set(rows);
    this.#stale = Int32Array.from({ length: base.length / width }, (_, row) => row).filter((row) => !fresh.has(row));
    this.#loaded = { experts, embeddings: { width, learned: withRows(last, rows, values, width), base } };
    // The catalogue may have grown meanwhile.
    if (base.length < this.#catalog.table.count * width) await this.setCatalog(this.#catalog);
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
