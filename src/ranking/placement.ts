/** Where recommendations are shown. */
export type Placement = 'for-you' | 'similar' | 'trending' | 'recent';

/**
 * Which part of the ranking put an item in a list, from most to least informed: what this shopper likes, what resembles
 * the item in view, what many shoppers choose, the order of the catalogue.
 */
export type Source = 'personal' | 'content' | 'popularity' | 'catalogue';
