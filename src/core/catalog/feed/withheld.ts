import { normalName } from './field-values';

/** What shops call a product that their shoppers are not to find. */
const UNPUBLISHED = /^(draft|archived|unlisted|unpublished|inactive|disabled|trash)$/i;
const NO = /^(false|no|0|-1)$/i;

/**
 * Whether a feed says that a product is not for shoppers to find: it is a draft, or was taken out of the shop.
 * @param status as a word
 * @param published whether it is, as a truth value, a word or a number; a date says nothing
 */
export const isUnpublished = (status: unknown, published: unknown): boolean =>
  (typeof status === 'string' && UNPUBLISHED.test(status.trim())) ||
  (['boolean', 'number', 'string'].includes(typeof published) && NO.test(String(published).trim()));

/** In the names of columns without spaces and signs. */
const COST =
  /^((unit|item|product|variant|average|landed|supplier|wholesale)?costs?(price|per(item|unit|piece)|of(goods(sold)?|sales))?|(meta|wc)*cogs?(cost)?|(purchase|purchasing|buying|wholesale|trade|dealer|supplier)price|(gross)?margin|profit(margin)?|einkaufspreis(netto)?|ekpreis|ek|prixdachat|preciodecompra|preciodecosto|原価|仕入(価格|値|れ値))$/;

/**
 * Whether a column says what a product costs the shop. A bundle is public, so no such column goes into it unless a mapping
 * names it.
 */
export const isCost = (column: string): boolean =>
  COST.test(
    normalName(column)
      .replace(/\(.*\)/, '')
      .replace(/^g:/, '')
      .replace(/[^\p{L}]/gu, ''),
  );
