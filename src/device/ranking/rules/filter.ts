/** A value that a field is compared with. */
export type FilterValue = string | number | boolean;

/** A condition on one field; several operators must all hold. */
export interface FilterCondition {
  $eq?: FilterValue;
  $ne?: FilterValue;
  $in?: FilterValue[];
  $nin?: FilterValue[];
  $gt?: number | string;
  $gte?: number | string;
  $lt?: number | string;
  $lte?: number | string;
  /** The field is a list that has this text, such as a tag, or is the text itself. */
  $contains?: string;
}

/** The fields of an item that a filter may name. */
export type FilterField =
  | 'id'
  | 'title'
  | 'category'
  | 'price'
  | 'listPrice'
  | 'availability'
  | 'quantity'
  | 'group'
  | 'rating'
  | 'published'
  | 'popularity'
  | `attributes.${string}`;

/**
 * Which items, as JSON: `{ category: 'Men/Tops', price: { $gte: 20, $lt: 50 } }`. All fields must match; `$and`, `$or` and
 * `$not` combine filters; `{}` matches every item. A plain value means `$eq`.
 *
 * - A category matches if it is the item's or a broader one: `Men` matches `Men/Tops/Tees`; one of several paths is enough.
 * - A list, such as tags, matches only `$contains`, `$ne` and `$nin`.
 * - `rating` is the number of stars.
 * - `$gt`, `$gte`, `$lt`, `$lte` compare numbers with numbers and texts with texts (by code unit, so that ISO dates work).
 * - An item without the field matches only `$ne` and `$nin`.
 */
export type Filter = {
  $and?: Filter[];
  $or?: Filter[];
  $not?: Filter;
} & { [field in FilterField]?: FilterValue | FilterCondition };

/** Levels of filters inside filters. */
export const MAX_FILTER_DEPTH = 8;
/** Fields, combinations and values of a filter, all together. */
export const MAX_FILTER_PARTS = 2000;
