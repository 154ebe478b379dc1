import { type Interaction, shopCatalog, sideCatalog, trainShopSide } from '../../../shop/training';
import { learnerMethod, sharedLearning } from '../../evaluate';
import type { ChoiceHistory, LeaveOneOutShop, Ranker } from '../../evaluate/leave-one-out';

/**
 * The learner of a page in a shop that has trained on all choices but the last of every user: it starts without a profile for each user and
 * learns from their choices, oldest first. The validation choices no settings: `train` holds out shoppers itself.
 */
export async function sidestream({ bundle, whole, seed, meter, say }: LeaveOneOutShop): Promise<Ranker> {
  const interactions = interactionsOf(whole);
  const { learned } = await trainShopSide({ bundle, interactions, seed, meter, say });
  const catalog = sideCatalog(shopCatalog(bundle, interactions), learned);
  const method = learnerMethod({ name: 'sidestream', shop: { catalog }, options: sharedLearning() });
  return {
    settings: { width: learned.model.width, epochs: learned.training?.epochs ?? null },
    scores: (histories) =>
      histories.map(({ rows, times }) => {
        const run = method.start();
        for (const [n, row] of rows.entries()) run.observe(row, times[n]);
        return Float32Array.from(run.scores());
      }),
  };
}

/** Sorted by time; of one time, in the order of the users. */
function interactionsOf(histories: readonly ChoiceHistory[]): Interaction[] {
  const all = histories.flatMap(({ rows, times }, user) =>
    Array.from(rows, (row, n) => ({ user: `${user}`, row, time: times[n] })),
  );
  return all.sort((a, b) => a.time - b.time);
}
