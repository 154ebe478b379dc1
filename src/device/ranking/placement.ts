/** All placements. */
export const PLACEMENTS = ['for-you', 'similar', 'complement', 'trending', 'recent', 'again'] as const;

/**
 * Where recommendations are shown: `complement` lists what others chose with the item in view, `similar` what resembles
 * it, `recent` only what the shopper looked at, newest first, so that it is empty for a new shopper, and `again` only what
 * they bought and may be due to buy again, so that it is empty too where the shop's log does not show repeat purchases.
 */
export type Placement = (typeof PLACEMENTS)[number];

/** Placements that hold only items of the shopper's own past, whether bought or not. */
export const OWN: readonly Placement[] = ['recent', 'again'];

/**
 * Which part of the ranking put an item in a list, from most to least informed: the personal score, co-occurrence
 * with the item in view, similarity to it, similarity across categories, popularity, or nothing that is known of it
 * (`catalog`: nobody chose it yet, or the shop knows no popularity, so that the list has items of every category in turn).
 * `pinned`: a rule of the shop put it there.
 */
export type Source = 'personal' | 'boughtTogether' | 'content' | 'style' | 'popularity' | 'catalog' | 'pinned';
