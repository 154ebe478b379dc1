import { SidestreamError } from '../error';
import type { Utilization } from '../model';
import type { ExpertEmbeddings } from '../ranking';
import type { LearnerCatalogue } from './catalogue';
import type { Experts, TrainRequest } from './experts';

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
  #trained: TrainedExperts | null = null;
  #stored: Uint8Array | null = null;

  constructor(catalogue: LearnerCatalogue, seed: number) {
    this.#catalogue = catalogue;
    this.#seed = seed;
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
    await this.#embed(experts);
    return sound;
  }

  /**
   * Trains the newest experts; must be awake.
   * @param ended whether the window ends after it
   * @returns false when the experts rejected the update
   */
  async train(request: Omit<TrainRequest, 'popularity'>, ended: boolean): Promise<boolean> {
    if (!this.#trained) return false;
    const { experts } = this.#trained;
    const { accepted } = await experts.train({ ...request, popularity: this.#catalogue.index.popularity });
    if (ended) experts.endWindow();
    if (accepted || ended) await this.#embed(experts);
    return accepted;
  }

  /** The catalogue changed (rows only grow; old rows keep their place). */
  async setCatalogue(catalogue: LearnerCatalogue): Promise<void> {
    this.#catalogue = catalogue;
    if (!this.#trained) return;
    const { experts, embeddings } = this.#trained;
    experts.setTable(catalogue.table);
    // The rows that were there say what they said.
    const first = embeddings.learned.length / embeddings.width;
    const fresh = Array.from({ length: catalogue.table.count - first }, (_, n) => first + n);
    const learned = join(embeddings.learned, await experts.embeddingsOf(fresh));
    // What fresh experts say depends on the catalogue alone.
    const base = join(embeddings.base, await experts.baseEmbeddingsOf(fresh));
    // A training may have ended meanwhile, and have changed them all.
    if (this.#trained?.embeddings !== embeddings) return;
    this.#trained = { experts, embeddings: { width: embeddings.width, learned, base } };
  }

  dispose(): void {
    this.#trained?.experts.dispose();
    this.#trained = null;
  }

  async #embed(experts: Experts): Promise<void> {
    const learned = await experts.embeddings();
    // What fresh experts say depends on the catalogue alone.
    const known = this.#trained?.embeddings.base;
    const base = known?.length === learned.length ? known : await experts.baseEmbeddings();
    const width = 2 * this.#catalogue.table.dim;
    this.#trained = { experts, embeddings: { width, learned, base } };
    // The catalogue may have grown meanwhile.
    if (learned.length < this.#catalogue.table.count * width) await this.setCatalogue(this.#catalogue);
  }
}

function join(before: Float32Array, after: Float32Array): Float32Array {
  const whole = new Float32Array(before.length + after.length);
  whole.set(before);
  whole.set(after, before.length);
  return whole;
}
