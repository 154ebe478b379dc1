import type { PageTexts, ReasonTexts } from '../labels';

/** English, in two parts: it is built into pages and into the worker, and each has its own. */
export const ENGLISH = {
  list: {
    headings: {
      'for-you': 'Recommended for you',
      similar: 'Similar products',
      complement: 'Goes well with it',
      trending: 'Popular right now',
      recent: 'Recently viewed',
      again: 'Buy again',
    },
    products: 'From our range',
    loading: 'Finding recommendations',
    empty: 'Nothing to recommend yet. Look around a little and this list will follow.',
    error: 'Recommendations are not available at the moment.',
    retry: 'Try again',
    dismiss: 'Not interested in {title}',
    dismissed: '{title} will not be shown again.',
    undo: 'Undo',
    restored: '{title} is back in the list.',
    back: 'Scroll back',
    forward: 'Scroll forward',
    outOfStock: 'Sold out',
  },
  cards: {
    from: 'from {price}',
    sale: 'Sale',
    new: 'New',
    lowStock: {
      one: 'Only {quantity} left',
      other: 'Only {quantity} left',
    },
    reduced: 'Before {listPrice}, now {price}',
    rating: '{value} out of 5',
    ratings: {
      one: '{count} rating',
      other: '{count} ratings',
    },
    addToCart: 'Add to cart',
    added: 'Added',
    addedToCart: '{title} was added to the cart.',
  },
  bundle: {
    thisItem: 'This item',
    choose: 'Choose what to add to the cart',
    total: 'Total price',
    addAll: 'Add all to cart',
    addSelected: 'Add selection to cart',
    added: 'Added to cart',
  },
  pick: {
    heading: 'What do you like?',
    hint: 'Pick {picks}, and the lists on this page follow your taste.',
    count: '{picked} of {picks} picked',
    skip: 'Skip',
    thanks: 'Thank you. The lists on this page follow your choice now.',
    loading: 'Finding products',
    empty: 'There is nothing to pick from yet.',
    error: 'Products are not available at the moment.',
    retry: 'Try again',
  },
} satisfies PageTexts;

/** The part of the worker. */
export const ENGLISH_REASONS = {
  'looked-at': 'Because you looked at “{title}”',
  chosen: 'Because you chose “{title}”',
  'looked-at-earlier': 'Like “{title}”, which you looked at {when}',
  'in-month': 'in {month}',
  'bought-with': 'Bought with “{title}” in {orders} orders',
  'chosen-with': 'Others chose it with “{title}”',
  'goes-with': 'Goes with “{title}”',
  similar: 'Similar to “{title}”',
  style: 'In the style of “{title}”',
  category: 'You often look at {category}',
  hint: 'Because you look for {hint}',
  popular: 'Popular in this shop',
  seen: 'You looked at this',
  again: 'Time to buy again?',
  'chosen-for-you': 'Chosen for you',
  picked: 'Picked by the shop',
} satisfies ReasonTexts;
