import type { BaseModel } from '../../base-model';
import { EVENT_STRENGTH, History } from '../../events';
import { rankOf, scores, termValues } from '../../ranking';
import type { LearnerCatalog } from '../learner-catalog';
import { START_WITH_BASE } from '../personal-weights';
import { featureBlocks } from './feature-blocks';
import { FeatureMatrix } from './feature-matrix';
import { UserExpert } from './user-expert';

/** Weight of a block's read-out for a new shopper of a shop with a base model. */
export const BLOCK_WEIGHT = START_WITH_BASE.weights.preference;

/** A choice as the expert saw it, before it learned from it. */
export interface ReplayedChoice {
  /** Its place in the stream. */
  place: number;
  /** Row of the item. */
  row: number;
  /** Score of every item before it, without the lift of new items, [count]. */
  scores: Float32Array;
  /** Its rank in the list, among the items not chosen before. */
  rank: number;
  /** Features of the chosen item minus those that the expert expected, [width of the matrix]. */
  gradient: Float32Array;
  /** Rows that it was chosen from. */
  candidates: readonly number[];
  /** The expert's probability of each of them. */
  shares: Float64Array;
}

/**
 * Replays streams of clicks as one expert learns them, the generalist without a router, for what is computed offline from its
 * gradients. The compute backend must be set.
 */
export class ExpertReplay {
  /** What the expert reads. */
  readonly matrix: FeatureMatrix;
  readonly #catalog: LearnerCatalog;
  readonly #model: BaseModel;
  readonly #items: Float32Array;

  private constructor(catalog: LearnerCatalog, model: BaseModel, items: Float32Array) {
    this.#catalog = catalog;
    this.#model = model;
    this.#items = items;
    this.matrix = new FeatureMatrix(featureBlocks(catalog.index, this.#signal(new Float32Array())));
  }

  static async of(catalog: LearnerCatalog, model: BaseModel): Promise<ExpertReplay> {
    return new ExpertReplay(catalog, model, await model.embedItems(catalog.table));
  }

  /**
   * Replays one stream for a new shopper. Repeated choices are not learned, and the first is learned without an expectation.
   * @param rows of the chosen items, oldest first
   * @param onChoice called with each choice that is learned with an expectation
   */
  async run(rows: readonly number[], onChoice: (choice: ReplayedChoice) => void): Promise<void> {
    const { index } = this.#catalog;
    const history = new History();
    const expert = new UserExpert();
    expert.startFrom(START_WITH_BASE);
    expert.bind(this.matrix, { rows: [], strengths: [] });
    const chosen = new Set<number>();
    const strength = EVENT_STRENGTH.click;
    for (const [place, row] of rows.entries()) {
      const { id } = index.items[row];
      if (history.rows.length === 0) expert.bootstrap({ id, row, strength });
      else if (!chosen.has(row)) {
        const candidates = [...index.items.keys()].filter((other) => !chosen.has(other));
        onChoice({ place, ...(await this.#learn(expert, history, { id, row, candidates, strength })) });
      }
      history.add({ type: 'click' }, row);
      chosen.add(row);
    }
  }

  async #learn(
    expert: UserExpert,
    history: History,
    choice: Parameters<UserExpert['learn']>[0] & { candidates: number[] },
  ): Promise<Omit<ReplayedChoice, 'place'>> {
    const { row, candidates } = choice;
    const { matrix } = this;
    const user = await this.#model.userVectors([Int32Array.from(history.rows)], this.#items);
    const base = this.#signal(await this.#model.scores(user, this.#items));
    expert.scores ??= matrix.readOut([expert.query])[0];
    const sources = { history, base, residualScores: expert.scores, experts: null };
    const expectation = expert.expect(termValues(this.#catalog.index, sources), choice);
    const { values, shares } = expectation;
    const rank = rankOf(scores(values, expert.weights), row, history.rows);
    const all = new Float32Array(matrix.count);
    for (const [n, other] of candidates.entries()) all[other] = shares[n];
    const [mean] = matrix.means([all]);
    const gradient = matrix.row(row).map((value, d) => value - mean[d]);
    expert.learn(choice, expectation, mean);
    const plain = scores(values, { ...expert.weights, coldStart: 0 });
    return { row, rank, scores: plain, gradient, candidates, shares };
  }

  #signal(itemScores: Float32Array) {
    return { width: this.#model.config.embeddingDim, items: this.#items, scores: itemScores };
  }
}
