/** All placements. */
export const PLACEMENTS = ['for-you', 'similar', 'complement', 'trending', 'recent'] as const;

/**
 * Where recommendations are shown: `complement` has what others chose with the item in view, `similar` what resembles it,
 * `recent` what the shopper looked at, newest first and nothing else: it is empty for a new shopper.
 */
export type Placement = (typeof PLACEMENTS)[number];

/**
 * Which part of the ranking put an item in a list, from most to least informed: what this shopper likes, what others
 * chose with the item in view, what resembles it, what is in its style but of other categories, what many shoppers
 * choose, some of every category of the catalogue (where popularity is unknown). `pinned` is where the shop put it by a
 * rule.
 */
export type Source = 'personal' | 'boughtTogether' | 'content' | 'style' | 'popularity' | 'catalog' | 'pinned';
