import * as v from 'valibot';
import { exactObject } from '../../common/schema';
import { type Item, itemSchema } from '../item';

const { id, price, listPrice, availability, quantity } = itemSchema.entries;

/**
 * The fields of a product that may change between two builds. An absent field keeps the value of the bundle or of an earlier
 * offer; `null` means that the product has no such value now. The ranges equal an item's.
 */
export const offerSchema = exactObject({
  id,
  price: v.optional(v.nullable(price.wrapped)),
  listPrice: v.optional(v.nullable(listPrice.wrapped)),
  availability: v.optional(availability.wrapped),
  quantity: v.optional(v.nullable(quantity.wrapped)),
});

export type Offer = v.InferOutput<typeof offerSchema>;

/** The values that an offer may replace. */
export type Offered = Pick<Item, 'price' | 'listPrice' | 'availability' | 'quantity'>;

/** The fields of an offer but the id. */
export const OFFERED = ['price', 'listPrice', 'availability', 'quantity'] as const satisfies (keyof Offered)[];

/** Merges two offers of one product: the fields of the later offer, and the earlier offer's fields that it lacks. */
export function mergedOffer(earlier: Offer | undefined, later: Offer): Offer {
  const given = Object.entries(later).filter(([, value]) => value !== undefined);
  return { ...earlier, ...Object.fromEntries(given), id: later.id };
}

/**
 * An item with the price and stock of its offers, the later ones first. A list price that is not above the price is not a
 * reduction and is left out, as when a feed is read.
 * @returns the item itself if the offers change nothing
 */
export function offeredItem(item: Item, ...offers: (Offer | undefined)[]): Item {
  const changed: Item = { ...item };
  for (const offer of offers.toReversed()) {
    if (!offer) continue;
    if (offer.availability) changed.availability = offer.availability;
    for (const field of ['price', 'listPrice', 'quantity'] as const) {
      const value = offer[field];
      if (value === null) delete changed[field];
      else if (value !== undefined) changed[field] = value;
    }
  }
  const { price = Number.POSITIVE_INFINITY, listPrice = price } = changed;
  if (listPrice <= price) delete changed.listPrice;
  return OFFERED.every((field) => changed[field] === item[field]) ? item : changed;
}
