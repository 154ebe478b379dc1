import { normalName } from './field-values';

/** Words by which shops mark unpublished products. */
const UNPUBLISHED = /^(draft|archived|unlisted|unpublished|inactive|disabled|trash)$/i;
const NO = /^(false|no|0|-1)$/i;

/**
 * Whether a feed marks a product as unpublished: a draft, or removed from the shop.
 * @param status as a word
 * @param published as a boolean, a word or a number; a date is ignored
 */
export const isUnpublished = (status: unknown, published: unknown): boolean =>
  (typeof status === 'string' && UNPUBLISHED.test(status.trim())) ||
  (['boolean', 'number', 'string'].includes(typeof published) && NO.test(String(published).trim()));

/** Names of cost columns, without spaces and signs. */
const COST =
  /^((unit|item|product|variant|average|landed|supplier|wholesale)?costs?(price|per(item|unit|piece)|of(goods(sold)?|sales))?|(meta|wc)*cogs?(cost)?|(purchase|purchasing|buying|wholesale|trade|dealer|supplier)price|(gross)?margin|profit(margin)?|einkaufspreis(netto)?|ekpreis|ek|prixdachat|preciodecompra|preciodecosto|原価|仕入(価格|値|れ値))$/;

/**
 * Whether a column contains the shop's own cost of a product. A bundle is public, so it leaves out such columns unless a
 * mapping names them.
 */
export const isCost = (column: string): boolean =>
  COST.test(
    normalName(column)
      .replace(/\(.*\)/, '')
      .replace(/^g:/, '')
      .replace(/[^\p{L}]/gu, ''),
  );
