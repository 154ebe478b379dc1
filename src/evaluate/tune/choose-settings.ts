import type { ByPart, LearnerSettings, TuningPart } from '../../catalog';
import { seededRandom } from '../../model';
import { ANCHORS, type Candidate, type LearnedWeights, learningCandidates, learningKey, merged } from './candidates';
import { beats, type Changes, changesOf, gainOf, losesNothing, partOf, type ShopperRanks } from './outcomes';
import type { TuningPartName } from './parts';

/** One shopper under several settings. */
export interface ReplayedShopper {
  /** Ranks of the choices by what the list would be without learning: base model and popularity, or popularity alone. */
  alone: number[];
  /** In the order of the settings. */
  bySettings: { ranks: number[]; learned: LearnedWeights }[];
}

/**
 * Shoppers on whom settings are tried: of a log, or simulated ones. The settings of every shop are `{}`.
 */
export interface TuningShoppers {
  /** Whether the shop has a base model. */
  base: boolean;
  /** Shoppers of each part. */
  sizes: Record<TuningPartName, number>;
  /**
   * Replays some shoppers of a part under each of the settings.
   * @param places of the shoppers in their part
   * @param onReplayed called as shoppers are done, with their number
   * @returns one for each shopper, in the same order
   */
  replay(
    part: TuningPartName,
    places: readonly number[],
    settings: readonly LearnerSettings[],
    onReplayed: (shoppers: number) => void,
  ): Promise<ReplayedShopper[]>;
}

export interface ChooseOptions {
  seed: number;
  /** Called as replays are done, of `total` at most: a replay is one shopper under settings that are learned with. */
  onProgress?(done: number, total: number): void;
}

/** What was found. */
export interface ChosenSettings {
  /** Null where nothing beats the settings of every shop. */
  settings: LearnerSettings | null;
  /** The best settings of the first part, whether they were confirmed or not; null where none was better there. */
  best: LearnerSettings | null;
  /** Settings that were compared, in words, with what they changed, best first. */
  compared: { name: string; shoppers: number; changes: Changes }[];
  /** The best settings beside those of every shop; a part that was not looked at is absent. */
  parts: Partial<ByPart<TuningPart>>;
}

/** Parts that the shoppers are divided into for halving: candidates are tried on one, the better half of them on the next. */
const ROUNDS = 3;
/** Gain, in standard errors, from which on a candidate becomes part of the settings. */
const LEAST_GAIN = 1;
/** Most subjects whose best candidates are joined. */
const MOST_JOINED = 4;
const DEFAULTS: LearnerSettings = {};

/**
 * Chooses settings: each subject's candidates are tried alone, by successive halving (K. Jamieson and A. Talwalkar, Non-stochastic
 * best arm identification and hyperparameter optimization, AISTATS 2016): all of them on a third of the shoppers, the better half of them on
 * two thirds, the better half of those on all. Those that lose nothing against the settings of every shop and gain a standard
 * error are then joined, the best with the second, with the third and so on, and the best of these is taken. It has to
 * beat the settings of every shop on the second part, and is then looked at once on the third.
 */
export async function chooseSettings(shoppers: TuningShoppers, options: ChooseOptions): Promise<ChosenSettings> {
  const search = new Search(shoppers, options);
  const found = await search.chosen();
  const parts: ChosenSettings['parts'] = {};
  const { compared } = search;
  if (!found) return { settings: null, best: null, compared, parts };
  parts.choose = search.partOf(found);
  parts.confirm = await search.compare('confirm', found);
  if (!beats(parts.confirm.change)) return { settings: null, best: found, compared, parts };
  parts.report = await search.compare('report', found);
  return { settings: found, best: found, compared, parts };
}

/** The search on the first part, with what it knows already. */
class Search {
  readonly #shoppers: TuningShoppers;
  readonly #onProgress: NonNullable<ChooseOptions['onProgress']>;
  /** Places of the first part's shoppers, shuffled. */
  readonly #places: number[];
  /** By settings, one for each place that they were tried on. */
  readonly #known = new Map<string, ShopperRanks[]>();
  readonly #tried = new Map<string, { settings: LearnerSettings; name: string }>();
  #done = 0;
  #total = 0;

  constructor(shoppers: TuningShoppers, { seed, onProgress = () => undefined }: ChooseOptions) {
    this.#shoppers = shoppers;
    this.#onProgress = onProgress;
    const random = seededRandom(seed);
    this.#places = Array.from({ length: shoppers.sizes.choose }, (_, place) => ({ place, order: random() }))
      .sort((a, b) => a.order - b.order)
      .map(({ place }) => place);
  }

  async chosen(): Promise<LearnerSettings | null> {
    const { confirm, report } = this.#shoppers.sizes;
    const all = this.#places.length;
    const { base } = this.#shoppers;
    const anchors = base ? ANCHORS : [];
    const count = learningCandidates([], base).length;
    const rounds = Array.from(
      { length: ROUNDS },
      (_, n) => Math.ceil(count / 2 ** n) * (this.#end(n) - this.#end(n - 1)),
    );
    const ends = rounds.map((_, n) => all + rounds.slice(0, n + 1).reduce((sum, runs) => sum + runs, 0));
    const searched = ends[ROUNDS - 1] + all * (MOST_JOINED - 1);
    this.#total = searched + 2 * (confirm + report);
    const learned = await this.#replay([DEFAULTS, ...anchors.map(({ settings }) => settings)], 0, all);
    for (const anchor of anchors) this.#note(anchor);
    let left = learningCandidates(learned, base);
    for (let round = 0; round < ROUNDS && left.length > 0; round++) {
      const to = this.#end(round);
      await this.#replay(
        left.map(({ settings }) => settings),
        this.#end(round - 1),
        to,
      );
      for (const candidate of left) this.#note(candidate);
      const ranked = this.#ranked(left, to);
      left = round === ROUNDS - 1 ? ranked : ranked.slice(0, Math.ceil(left.length / 2));
      this.#progress(ends[round] - this.#done);
    }
    const best = await this.#joined([...left, ...anchors]);
    this.#progress(searched - this.#done);
    return best;
  }

  /** All that were compared with the settings of every shop, best first. */
  get compared(): ChosenSettings['compared'] {
    return [...this.#tried.values()]
      .map(({ name, settings }) => ({ name, shoppers: this.#ranks(settings).length, changes: this.#changes(settings) }))
      .sort((a, b) => gainOf(b.changes) - gainOf(a.changes));
  }

  /** Figures of settings on the first part. */
  partOf(settings: LearnerSettings): TuningPart {
    return partOf(this.#ranks(DEFAULTS), this.#ranks(settings));
  }

  /** Replays all shoppers of another part by the settings of every shop and by others. */
  async compare(part: TuningPartName, settings: LearnerSettings): Promise<TuningPart> {
    const places = Array.from({ length: this.#shoppers.sizes[part] }, (_, place) => place);
    const compared = [DEFAULTS, settings];
    const replayed = await this.#shoppers.replay(part, places, compared, this.#onReplayed(compared));
    const [before, after] = [0, 1].map((n) => replayed.map((shopper) => ranksOf(shopper, n)));
    return partOf(before, after);
  }

  /** The best candidates of each subject together, as far as they are better together. */
  async #joined(candidates: readonly Candidate[]): Promise<LearnerSettings | null> {
    const all = this.#places.length;
    const whole = candidates.filter(({ settings }) => this.#ranks(settings).length === all);
    const good = this.#ranked(whole, all).filter(({ settings }) => {
      const changes = this.#changes(settings);
      return losesNothing(changes) && gainOf(changes) >= LEAST_GAIN;
    });
    const winners = good.filter(({ subject }, n) => good.findIndex((other) => other.subject === subject) === n);
    const joined = winners.slice(0, MOST_JOINED).map((_, n) => {
      const parts = winners.slice(0, n + 1);
      const settings = parts.reduce((all: LearnerSettings, part) => merged(all, part.settings), DEFAULTS);
      return { name: parts.map(({ name }) => name).join(' + '), settings };
    });
    const further = joined.filter(({ settings }) => this.#ranks(settings).length < all);
    if (further.length > 0) {
      await this.#replay(
        further.map(({ settings }) => settings),
        0,
        all,
      );
    }
    for (const candidate of further) this.#note(candidate);
    const [best] = this.#ranked(joined, all).filter(({ settings }) => losesNothing(this.#changes(settings)));
    return best?.settings ?? null;
  }

  /** Those of the candidates that lose nothing, the one with the largest gain first. */
  #ranked<T extends Pick<Candidate, 'settings'>>(candidates: readonly T[], to: number): T[] {
    return candidates
      .map((candidate) => ({ candidate, changes: this.#changes(candidate.settings, to) }))
      .filter(({ changes }) => changes.lnRank.mean <= 0 && changes.risk.mean <= 0 && gainOf(changes) > 0)
      .sort((a, b) => gainOf(b.changes) - gainOf(a.changes))
      .map(({ candidate }) => candidate);
  }

  #changes(settings: LearnerSettings, to = this.#places.length): Changes {
    const after = this.#ranks(settings).slice(0, to);
    return changesOf(this.#ranks(DEFAULTS).slice(0, after.length), after);
  }

  #ranks(settings: LearnerSettings): ShopperRanks[] {
    return this.#known.get(JSON.stringify(settings)) ?? [];
  }

  #note({ name, settings }: Pick<Candidate, 'name' | 'settings'>): void {
    this.#tried.set(JSON.stringify(settings), { name, settings });
  }

  /** End of the shoppers of a round; 0 before the first. */
  #end(round: number): number {
    return Math.ceil((this.#places.length * (round + 1)) / ROUNDS);
  }

  /** Tries settings on more shoppers of the first part. @returns where the choices took the weights of the first settings */
  async #replay(settings: readonly LearnerSettings[], from: number, to: number): Promise<LearnedWeights[]> {
    const places = this.#places.slice(from, to);
    const replayed = await this.#shoppers.replay('choose', places, settings, this.#onReplayed(settings));
    for (const [n, own] of settings.entries()) {
      const ranks = replayed.map((shopper) => ranksOf(shopper, n));
      this.#known.set(JSON.stringify(own), [...this.#ranks(own), ...ranks]);
    }
    return replayed.map(({ bySettings }) => bySettings[0].learned);
  }

  /** Counts the replays of shoppers under some settings: those that teach the same are one. */
  #onReplayed(settings: readonly LearnerSettings[]): (shoppers: number) => void {
    const { size } = new Set(settings.map(learningKey));
    return (shoppers) => this.#progress(shoppers * size);
  }

  #progress(more: number): void {
    this.#done += more;
    this.#onProgress(this.#done, this.#total);
  }
}

const ranksOf = ({ alone, bySettings }: ReplayedShopper, n: number): ShopperRanks => ({
  alone,
  learned: bySettings[n].ranks,
});
