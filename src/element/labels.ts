import type { Placement } from '../recommender';

/** Every word the list says by itself. Give some or all of them in the page's language through the `labels` property. */
export interface RecsLabels {
  headings: Record<Placement, string>;
  loading: string;
  empty: string;
  error: string;
  retry: string;
  /** Name of the dismiss button of a card. */
  dismiss: (title: string) => string;
  /** Announced to screen readers once a card was dismissed. */
  dismissed: (title: string) => string;
  back: string;
  forward: string;
  outOfStock: string;
}

export const DEFAULT_LABELS: RecsLabels = {
  headings: {
    'for-you': 'Recommended for you',
    similar: 'Similar products',
    complement: 'Often chosen together',
    trending: 'Popular right now',
    recent: 'Recently viewed',
  },
  loading: 'Finding recommendations',
  empty: 'Nothing to recommend yet. Look around a little and this list will follow.',
  error: 'Recommendations are not available at the moment.',
  retry: 'Try again',
  dismiss: (title) => `Not interested in ${title}`,
  dismissed: (title) => `${title} will not be shown again.`,
  back: 'Scroll back',
  forward: 'Scroll forward',
  outOfStock: 'Sold out',
};

/** The given words, and the built-in ones for the rest. */
export function completeLabels(labels: Partial<RecsLabels>): RecsLabels {
  return { ...DEFAULT_LABELS, ...labels, headings: { ...DEFAULT_LABELS.headings, ...labels.headings } };
}
