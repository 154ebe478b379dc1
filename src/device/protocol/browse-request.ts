import * as v from 'valibot';
import { exactObject } from '../../core/common/strict-object';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Which part of the catalogue to list. A separate file, because its code loads late. */
export const browseSchema = exactObject({
  category: v.optional(v.string()),
  query: v.optional(v.string()),
  offset: v.optional(count),
  limit: v.optional(count),
  lang: v.optional(v.string()),
});

export const categoriesSchema = exactObject({ lang: v.optional(v.string()) });
