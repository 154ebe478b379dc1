import type { BaseScorer } from '../../base-model';
import { type LearnerSettings, TUNED_TERMS } from '../../catalog';
import type { Learner, LearnerCatalog } from '../../learner';
import { rankStream, type StreamPlan } from '../device';
import { baseMethod, learnerMethod, popularityMethod } from '../methods';
import { sharedLearning, sharedModel } from '../shared-work';
import type { Shopper } from '../shoppers';
import { type LearnedWeights, learningKey } from './candidates';
import type { ReplayedShopper } from './choose-settings';

/** First event that is ranked, as in the device protocol, and end of those used: shoppers matter more than long streams. */
const RANKED: StreamPlan = { from: 10, to: 50 };

/** What a shop knew before the shoppers came. */
export interface TunedShop {
  catalog: LearnerCatalog;
  /** Undefined where it has none. */
  base: BaseScorer | undefined;
  seed: number;
}

/**
 * Replays shoppers as their devices would have run, prequentially (`rankStream`), under several settings at once: those that
 * differ in the anchor alone are lists of one learner, and what follows from history and base model is computed once.
 */
export class ShopperReplay {
  readonly #shop: TunedShop;
  readonly #shared = sharedLearning();
  readonly #base: BaseScorer | undefined;

  constructor(shop: TunedShop) {
    this.#shop = shop;
    this.#base = shop.base && sharedModel(shop.base);
  }

  async replay(shopper: Shopper, settings: readonly LearnerSettings[]): Promise<ReplayedShopper> {
    const { catalog } = this.#shop;
    const unlearned = this.#base ? baseMethod(catalog, this.#base) : popularityMethod(catalog.index.logPopularity);
    const [alone] = await rankStream(unlearned, shopper, RANKED);
    const bySettings: ReplayedShopper['bySettings'] = [];
    for (const key of new Set(settings.map(learningKey))) {
      const places = [...settings.keys()].filter((place) => learningKey(settings[place]) === key);
      const { lists, learned } = await this.#learn(
        shopper,
        places.map((place) => settings[place]),
      );
      for (const [n, place] of places.entries()) bySettings[place] = { ranks: lists[n], learned };
    }
    return { alone: alone.ranks, bySettings };
  }

  /** @param settings that differ in the anchor alone */
  async #learn(
    shopper: Shopper,
    settings: readonly LearnerSettings[],
  ): Promise<{ lists: number[][]; learned: LearnedWeights }> {
    const { catalog, seed } = this.#shop;
    let learned: LearnedWeights = {};
    const method = learnerMethod({
      catalog,
      base: this.#base,
      // Lists do not depend on the windows.
      options: { ...this.#shared, seed, backend: 'wasm', windows: false },
      lists: settings.map((own, n) => ({ name: String(n), settings: own })),
      onEnd: (learner) => {
        learned = weightsOf(learner);
      },
    });
    const ranked = await rankStream(method, shopper, RANKED);
    return { lists: ranked.map(({ ranks }) => ranks), learned };
  }
}

/** Logarithm of the factor by which the generalist's weights changed; `preference` is the mean over its blocks. */
function weightsOf(learner: Learner): LearnedWeights {
  const { members } = learner.save().experts;
  const expert = members.find(({ kind }) => kind === 'generalist')?.expert;
  if (!expert) return {};
  const thetas = Object.values(expert.blocks).map(({ theta }) => theta);
  const blocks = thetas.reduce((sum, theta) => sum + theta, 0) / Math.max(1, thetas.length);
  const { theta } = expert.weights;
  return Object.fromEntries(TUNED_TERMS.map((name) => [name, name === 'preference' ? blocks : theta[name]]));
}
