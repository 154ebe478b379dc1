/** Names that logs have for events that are purchases. */
const PURCHASES = ['purchase', 'order', 'transaction', 'buy', 'sale'];

/** Whether the type of an event says that it is a purchase. */
export const isPurchase = (type: unknown): boolean =>
  typeof type === 'string' && PURCHASES.includes(type.trim().toLowerCase());

/** A negative number as exports write it: `-2`, `(2)`, `2-`; with a hyphen, a minus sign or a dash. */
const NEGATIVE = /^[-\u2212\u2013(]\s*[\d.,]*[1-9]|^[\d.,\s]*[1-9][\d.,\s]*[-\u2212]$/;
const ZERO = /^[-\u2212]?0+([.,]0+)?$/;

/**
 * Whether a quantity says that nothing was bought: a negative one is a return. A quantity of 0 counts only for purchases, because
 * logs also have it for views. Text that is not a number says nothing. Goods sold by weight have fractions.
 */
export function isReturned(quantity: unknown, isPurchase: boolean): boolean {
  const text = typeof quantity === 'string' || typeof quantity === 'number' ? String(quantity).trim() : '';
  return NEGATIVE.test(text) || (isPurchase && ZERO.test(text));
}
