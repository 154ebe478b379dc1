type Holding<Name extends string> = (
  Name extends string
    ? (text: `${string}{${Name}}${string}`) => void
    : never
) extends (text: infer All) => void
  ? All
  : never;

/** A text that must contain each of its placeholders: `Text<'title'>` is a text such as `{title} is back in the list.` */
export type Text<Placeholder extends string> = string & Holding<Placeholder>;

/** A text about a number: `one` for exactly 1, `other` for all other numbers. They may be the same. */
interface Counted<Placeholder extends string> {
  one: Text<Placeholder>;
  other: Text<Placeholder>;
}

/** Texts of `<sidestream-recs>` around its cards. */
export interface ListTexts {
  /** Heading over a list, by its placement. */
  headings: {
    /** Heading over products that suit the shopper. */
    'for-you': string;
    /** Heading over products similar to the one in view. */
    similar: string;
    /** Heading over products that go with the product in view, or with the cart. */
    complement: string;
    /** Heading over products that many shoppers choose now. */
    trending: string;
    /** Over the shopper's own history. */
    recent: string;
    /** Heading over products that the shopper may need to buy again. */
    again: string;
  };
  /** Heading over products without known popularity; it must not claim any. */
  products: string;
  /** Heading over products of other categories that nobody has been seen to choose together with the product in view. */
  similarStyle: string;
  /** Read by screen readers when the shopper has pressed `retry`. No full stop. */
  loading: string;
  /** The sentence of an empty list. */
  empty: string;
  /** The sentence of a list that failed. */
  error: string;
  /** Button after `error`. */
  retry: string;
  /** Name of the "not interested" button of a card. `{title}` of the product. */
  dismiss: Text<'title'>;
  /** In the place of a dismissed card, and read by screen readers. `{title}` of the product. */
  dismissed: Text<'title'>;
  /** Button after `dismissed`. */
  undo: string;
  /** Read by screen readers after a dismissal was undone. `{title}` of the product. */
  restored: Text<'title'>;
  /** Name of the button that scrolls a row to its beginning. */
  back: string;
  /** Name of the button that scrolls a row to its end. */
  forward: string;
  /** Badge of a product that cannot be bought. Short. */
  outOfStock: string;
  /** Button below an endless list. */
  more: string;
}

/** Texts that only some cards show. */
export interface CardTexts {
  /** `{price}`, formatted, of a product whose other variants cost more. */
  from: Text<'price'>;
  /** Badge of a reduced product. Short. */
  sale: string;
  /** Badge of a new product. Short. */
  new: string;
  /** Badge of a product of which few pieces are left. `{quantity}` of pieces. Short. */
  lowStock: Counted<'quantity'>;
  /** Read by screen readers instead of the two prices. `{listPrice}` before and `{price}` now, formatted. */
  reduced: Text<'listPrice' | 'price'>;
  /** Name of the stars. `{value}` is a number from 0 to 5, such as 4.5. */
  rating: Text<'value'>;
  /** Second part of that name, after a comma. `{count}` of shoppers who rated. */
  ratings: Counted<'count'>;
  /** Button. */
  addToCart: string;
  /** The same button briefly after it was pressed. */
  added: string;
  /** Read by screen readers then. `{title}` of the product. */
  addedToCart: Text<'title'>;
  /** Read by screen readers: name of the colours to choose from. */
  color: string;
  /** Read by screen readers: name of the sizes to choose from. */
  size: string;
  /** Beside the size that the shopper usually buys. Lower case where the language allows it. */
  usualSize: string;
}

/** Texts of `<sidestream-recs layout="bundle">`, which offers the item in view together with matching items. */
export interface BundleTexts {
  /** On the card of the bundle's main item, instead of the reason on the other cards. */
  thisItem: string;
  /** Read by screen readers: name of the group of check boxes. */
  choose: string;
  /** Before the total price of the checked items. */
  total: string;
  /** Button while all boxes are checked. */
  addAll: string;
  /** The same button while some items are not checked. */
  addSelected: string;
  /** On the button, and instead of `total`, after it was pressed. */
  added: string;
}

/** Texts of `<sidestream-pick>`, which asks new shoppers to pick some products that they like. */
export interface PickTexts {
  /** The heading, a question. */
  heading: string;
  /** Below the heading. `{picks}`: the number of products to pick. */
  hint: Text<'picks'>;
  /** Read by screen readers after each choice. `{picked}` so far, and `{picks}`: the number of products to pick. */
  count: Text<'picked' | 'picks'>;
  /** Button to skip the question. */
  skip: string;
  /** Instead of the products after all were picked. */
  thanks: string;
  /** Read by screen readers while the products load. No full stop. */
  loading: string;
  /** The sentence if there are no products to pick from. */
  empty: string;
  /** The sentence if the products could not be loaded. */
  error: string;
  /** Button after `error`. */
  retry: string;
}

/** Texts of `<sidestream-find>`, a search field with a list of results. */
export interface FindTexts {
  /** Read by screen readers: name of the field. */
  label: string;
  /** In the empty field. */
  placeholder: string;
  /** Read by screen readers: name of the list of results. */
  results: string;
  /** Read by screen readers: how many were found. */
  count: Counted<'count'>;
  /** Over products that have none of the words but a similar meaning. */
  meaning: string;
  /** Name of the button that opens the camera or a file. */
  photo: string;
  /** Over products that resemble the shopper's photo. */
  alike: string;
  /** While the photo is read. `{percent}` of the encoder has been loaded. */
  reading: Text<'percent'>;
  /** The sentence if the photo cannot be read. */
  unreadable: string;
  /** The sentence if nothing resembles the photo. */
  nothingAlike: string;
  /** The sentence if nothing was found. `{words}` of the shopper. */
  empty: Text<'words'>;
  /** The sentence if the search failed. */
  error: string;
  /** Button after `error`. */
  retry: string;
}

/**
 * Why a product is recommended: one line below its price, without a full stop. `{title}` is the title of another product, in
 * the quotation marks of the language.
 */
export interface ReasonTexts {
  /** The product resembles one that the shopper looked at in the last seven days. */
  'looked-at': Text<'title'>;
  /** As `looked-at`, of a product that the shopper picked in answer to "What do you like?". */
  'you-picked': Text<'title'>;
  /** The product resembles one that the shopper bought or has in the cart. */
  chosen: Text<'title'>;
  /** As `looked-at`, of an earlier time. `{when}`: "last month" as browsers write it, or `in-month`. */
  'looked-at-earlier': Text<'title' | 'when'>;
  /** `{when}` of a month that was earlier than the last one. `{month}`: "March", or "March 2024" of another year. */
  'in-month': Text<'month'>;
  /** How often both were bought together. `{orders}` is a number from 3 on: one wording must fit all numbers. */
  'bought-with': Text<'title' | 'orders'>;
  /** Other shoppers chose both. */
  'chosen-with': Text<'title'>;
  /** The shop says that they go together. */
  'goes-with': Text<'title'>;
  /** Their texts and pictures are alike. */
  similar: Text<'title'>;
  /** They look as if they belonged together. */
  style: Text<'title'>;
  /** The shopper often looks at the `{category}`, which is a name of the catalogue, such as Teapots. */
  category: Text<'category'>;
  /** The shopper looks for `{hint}` in this visit: words of a search, or the name of a category or brand. */
  hint: Text<'hint'>;
  /** The product has the `{words}` that the shopper searches for. */
  matches: Text<'words'>;
  /** Many shoppers choose it. */
  popular: string;
  /** The shopper looked at this very product. */
  seen: string;
  /** The shopper bought it, and it may be used up. A question. */
  again: string;
  /** It suits the shopper without a single outstanding reason. */
  'chosen-for-you': string;
  /** The shop put it there. */
  picked: string;
  /** Heading over more products of a brand or category that the shopper prefers. `{name}` is its name in the catalogue. */
  'more-from': Text<'name'>;
  /** Heading over new products of a category. `{name}` is its name in the catalogue. */
  'new-in': Text<'name'>;
}

export interface PageTexts {
  list: ListTexts;
  cards: CardTexts;
  bundle: BundleTexts;
  pick: PickTexts;
  find: FindTexts;
}

/**
 * All texts of the elements in one language. A right-to-left language isolates names in its sentences,
 * `\u2068{title}\u2069`: a title in Latin letters would otherwise turn the quotation marks or brackets around it.
 */
export interface Labels extends PageTexts {
  /** Worded in the worker. */
  reasons: ReasonTexts;
}
