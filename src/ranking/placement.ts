/**
 * Where recommendations are shown: `complement` has what others chose with the item in view, `similar` what resembles it.
 */
export type Placement = 'for-you' | 'similar' | 'complement' | 'trending' | 'recent';

/**
 * Which part of the ranking put an item in a list, from most to least informed: what this shopper likes, what others
 * chose with the item in view, what resembles it, what is in its style but of other categories, what many shoppers
 * choose, the order of the catalogue. `pinned` is where the shop put it by a rule.
 */
export type Source = 'personal' | 'companions' | 'content' | 'style' | 'popularity' | 'catalogue' | 'pinned';
