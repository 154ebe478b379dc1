/**
 * Where recommendations are shown: `complement` has what others chose with the item in view, `similar` what resembles it.
 */
export type Placement = 'for-you' | 'similar' | 'complement' | 'trending' | 'recent';

/**
 * Which part of the ranking put an item in a list, from most to least informed: what this shopper likes, what others
 * chose with the item in view, what resembles it, what many shoppers choose, the order of the catalogue.
 */
export type Source = 'personal' | 'companions' | 'content' | 'popularity' | 'catalogue';
