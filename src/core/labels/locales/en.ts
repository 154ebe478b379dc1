/**
 * English, in two parts: it is built into pages and into the worker, and each has its own. The texts in the other languages have the
 * same placeholders. A text about a number has two forms, `one` for exactly 1 and `other` for all other numbers.
 */
export const ENGLISH = {
  /** Texts of `<sidestream-recs>` around its cards. */
  list: {
    /** Heading over a list, by its placement. */
    headings: {
      /** Heading over products that suit the shopper. */
      'for-you': 'Recommended for you',
      /** Heading over products similar to the one in view. */
      similar: 'Similar products',
      /** Heading over products that go with the product in view, or with the cart. */
      complement: 'Goes well with it',
      /** Heading over products that many shoppers choose now. */
      trending: 'Popular right now',
      /** Over the shopper's own history. */
      recent: 'Recently viewed',
      /** Heading over products that the shopper may need to buy again. */
      again: 'Buy again',
    },
    /** Heading over products without known popularity; it must not claim any. */
    products: 'From our range',
    /** Heading over products of other categories that nobody has been seen to choose together with the product in view. */
    similarStyle: 'In a similar style',
    /** Read by screen readers when the shopper has pressed `retry`. No full stop. */
    loading: 'Finding recommendations',
    /** The sentence of an empty list. */
    empty: 'Nothing to recommend yet. Look around a little and this list will follow.',
    /** The sentence of a list that failed. */
    error: 'Recommendations are not available at the moment.',
    /** Button after `error`, also of the other elements. */
    retry: 'Try again',
    /** Name of the "not interested" button of a card. `{title}` of the product. */
    dismiss: 'Not interested in {title}',
    /** In the place of a dismissed card, and read by screen readers. `{title}` of the product. */
    dismissed: '{title} will not be shown again.',
    /** Button after `dismissed`. */
    undo: 'Undo',
    /** Read by screen readers after a dismissal was undone. `{title}` of the product. */
    restored: '{title} is back in the list.',
    /** Name of the button that scrolls a row to its beginning. */
    back: 'Scroll back',
    /** Name of the button that scrolls a row to its end. */
    forward: 'Scroll forward',
    /** Badge of a product that cannot be bought. Short. */
    outOfStock: 'Sold out',
    /** Button below an endless list. */
    more: 'Show more',
  },
  /** Texts that only some cards show. */
  cards: {
    /** `{price}`, formatted, of a product whose other variants cost more. */
    from: 'from {price}',
    /** Badge of a reduced product. Short. */
    sale: 'Sale',
    /** Badge of a new product. Short. */
    new: 'New',
    /** Badge of a product of which few pieces are left. `{quantity}` of pieces. Short. */
    lowStock: {
      one: 'Only {quantity} left',
      other: 'Only {quantity} left',
    },
    /** Read by screen readers instead of the two prices. `{listPrice}` before and `{price}` now, formatted. */
    reduced: 'Before {listPrice}, now {price}',
    /** Name of the stars. `{value}` is a number from 0 to 5, such as 4.5. */
    rating: '{value} out of 5',
    /** Second part of that name, after a comma. `{count}` of shoppers who rated. */
    ratings: {
      one: '{count} rating',
      other: '{count} ratings',
    },
    /** Button. */
    addToCart: 'Add to cart',
    /** The same button briefly after it was pressed. */
    added: 'Added',
    /** Read by screen readers then. `{title}` of the product. */
    addedToCart: '{title} was added to the cart.',
    /** Read by screen readers: name of the colours to choose from. */
    color: 'Colour',
    /** Read by screen readers: name of the sizes to choose from. */
    size: 'Size',
    /** Beside the size that the shopper usually buys. Lower case where the language allows it. */
    usualSize: 'your usual size',
  },
  /** Texts of `<sidestream-recs layout="bundle">`, which offers the item in view together with matching items. */
  bundle: {
    /** On the card of the bundle's main item, instead of the reason on the other cards. */
    thisItem: 'This item',
    /** Read by screen readers: name of the group of check boxes. */
    choose: 'Choose what to add to the cart',
    /** Before the total price of the checked items. */
    total: 'Total price',
    /** Button while all boxes are checked. */
    addAll: 'Add all to cart',
    /** The same button while some items are not checked. */
    addSelected: 'Add selection to cart',
    /** On the button, and instead of `total`, after it was pressed. */
    added: 'Added to cart',
  },
  /** Texts of `<sidestream-pick>`, which asks new shoppers to pick some products that they like. */
  pick: {
    /** The heading, a question. */
    heading: 'What do you like?',
    /** Below the heading. `{picks}`: the number of products to pick. */
    hint: 'Pick {picks}, and the lists on this page follow your taste.',
    /** Read by screen readers after each choice. `{picked}` so far, and `{picks}`: the number of products to pick. */
    count: '{picked} of {picks} picked',
    /** Button to skip the question. */
    skip: 'Skip',
    /** Instead of the products after all were picked. */
    thanks: 'Thank you. The lists on this page follow your choice now.',
    /** Read by screen readers while the products load. No full stop. */
    loading: 'Finding products',
    /** The sentence if there are no products to pick from. */
    empty: 'There is nothing to pick from yet.',
    /** The sentence if the products could not be loaded. */
    error: 'Products are not available at the moment.',
  },
  /** Texts of `<sidestream-find>`, a search field with a list of results. */
  find: {
    /** Read by screen readers: name of the field. */
    label: 'Search',
    /** In the empty field. */
    placeholder: 'Search products',
    /** Read by screen readers: name of the list of results. */
    results: 'Results',
    /** Read by screen readers: how many were found. */
    count: {
      one: '{count} product found',
      other: '{count} products found',
    },
    /** Over products that have none of the words but a similar meaning. */
    meaning: 'No product has these words. These are similar in meaning:',
    /** Name of the button that opens the camera or a file. */
    photo: 'Find by photo',
    /** Over products that resemble the shopper's photo. */
    alike: 'Products that look like your photo:',
    /** While the photo is read. `{percent}` of the encoder has been loaded. */
    reading: 'Reading the photo … {percent}',
    /** The sentence if the photo cannot be read. */
    unreadable: 'This picture cannot be read. Choose a JPEG, PNG, WebP or AVIF file.',
    /** The sentence if nothing resembles the photo. */
    nothingAlike: 'No product looks like this photo.',
    /** The sentence if nothing was found. `{words}` of the shopper. */
    empty: 'Nothing found for “{words}”.',
    /** The sentence if the search failed. */
    error: 'The search is not available at the moment.',
  },
} as const;

/**
 * The part of the worker: why a product is recommended, one line below its price, without a full stop. `{title}` is the title of
 * another product, in the quotation marks of the language.
 */
export const ENGLISH_REASONS = {
  /** The product resembles one that the shopper looked at in the last seven days. */
  'looked-at': 'Because you looked at “{title}”',
  /** As `looked-at`, of a product that the shopper picked in answer to "What do you like?". */
  'you-picked': 'Because you picked “{title}”',
  /** The product resembles one that the shopper bought or has in the cart. */
  chosen: 'Because you chose “{title}”',
  /** As `looked-at`, of an earlier time. `{when}`: "last month" as browsers write it, or `in-month`. */
  'looked-at-earlier': 'Like “{title}”, which you looked at {when}',
  /** `{when}` of a month that was earlier than the last one. `{month}`: "March", or "March 2024" of another year. */
  'in-month': 'in {month}',
  /** How often both were bought together. `{orders}` is a number from 3 on: one wording must fit all numbers. */
  'bought-with': 'Bought with “{title}” in {orders} orders',
  /** Other shoppers chose both. */
  'chosen-with': 'Others chose it with “{title}”',
  /** The shop says that they go together. */
  'goes-with': 'Goes with “{title}”',
  /** Their texts and pictures are alike. */
  similar: 'Similar to “{title}”',
  /** They look as if they belonged together. */
  style: 'In the style of “{title}”',
  /** The shopper often looks at the `{category}`, which is a name of the catalogue, such as Teapots. */
  category: 'You often look at {category}',
  /** The shopper looks for `{hint}` in this visit: words of a search, or the name of a category or brand. */
  hint: 'Because you are looking for {hint}',
  /** The product has the `{words}` that the shopper searches for. */
  matches: 'Matches “{words}”',
  /** Many shoppers choose it. */
  popular: 'Popular in this shop',
  /** The shopper looked at this very product. */
  seen: 'You looked at this',
  /** The shopper bought it, and it may be used up. A question. */
  again: 'Time to buy again?',
  /** It suits the shopper without a single outstanding reason. */
  'chosen-for-you': 'Chosen for you',
  /** The shop put it there. */
  picked: 'Picked by the shop',
  /** Heading over more products of a brand or category that the shopper prefers. `{name}` is its name in the catalogue. */
  'more-from': 'More from {name}',
  /** Heading over new products of a category. `{name}` is its name in the catalogue. */
  'new-in': 'New in {name}',
} as const;
