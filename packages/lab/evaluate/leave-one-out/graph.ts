import { contentBlend } from '../../../../src/core/catalog';
import { catalogIndex } from '../../../../src/device/ranking';
import { gridOf, type LeaveOneOutMethod, tuned } from './ranker';
import type { ChoiceHistory } from './split';

/**
 * A heuristic that trains nothing (arXiv 2605.07125): the items that others chose right after the latest choices, then those that they
 * chose after these, and so on; those of equal distance by the similarity of their content to the latest choice.
 */
export const graph: LeaveOneOutMethod = (shop) => {
  const { items, features, manifest } = shop.bundle;
  const { similarities } = catalogIndex(items, features, contentBlend(manifest));
  return tuned({
    name: 'graph',
    fits: [{}],
    // The number of latest choices that are followed, and of transitions.
    uses: gridOf<{ latest: number; hops: number }>({ latest: [1, 2], hops: [1, 2, 3] }),
    fit(histories, _, { count }) {
      const next = transitions(histories, count);
      return ({ latest, hops }) =>
        ({ rows }, out) => {
          const last = [...rows.slice(-latest)].reverse();
          if (last.length === 0) return;
          const content = similarities.similaritiesTo(last[0]);
          let reached = new Set(last);
          const seen = new Set(last);
          for (let hop = 0; hop < hops; hop++) {
            reached = new Set([...reached].flatMap((row) => [...next[row]]).filter((row) => !seen.has(row)));
            for (const row of reached) {
              seen.add(row);
              // Content is at most 1, so that nearer items come first.
              out[row] += 2 * (hops - hop) + content[row];
            }
          }
        };
    },
  })(shop);
};

/** The items that users chose right after each item. */
function transitions(histories: readonly ChoiceHistory[], count: number): ReadonlySet<number>[] {
  const next = Array.from({ length: count }, () => new Set<number>());
  for (const { rows } of histories) for (let n = 1; n < rows.length; n++) next[rows[n - 1]].add(rows[n]);
  return next;
}
