/** All placements. */
export const PLACEMENTS = ['for-you', 'similar', 'complement', 'trending', 'recent'] as const;

/**
 * Where recommendations are shown: `complement` lists what others chose with the item in view, `similar` what resembles
 * it, `recent` only what the shopper looked at, newest first, so that it is empty for a new shopper.
 */
export type Placement = (typeof PLACEMENTS)[number];

/**
 * Which part of the ranking put an item in a list, from most to least informed: the personal score, co-occurrence
 * with the item in view, similarity to it, similarity across categories, popularity, items of every category in turn
 * (where popularity is unknown). `pinned`: a rule of the shop put it there.
 */
export type Source = 'personal' | 'boughtTogether' | 'content' | 'style' | 'popularity' | 'catalog' | 'pinned';
