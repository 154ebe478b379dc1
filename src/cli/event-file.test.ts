import { expect, it } from 'vitest';
import { purchasesOf } from './event-file';

const event = (type?: string) => ({ user: 'u', item: 'i', time: 0, ...(type === undefined ? {} : { type }) });

it('takes all events of a log without types for purchases, and of one with types only those', () => {
  expect(purchasesOf([event(), event()])).toHaveLength(2);
  expect(purchasesOf([event('view'), event('Purchase'), event(), event('transaction')])).toEqual([
    event('Purchase'),
    event('transaction'),
  ]);
  expect(purchasesOf([event('view'), event('addtocart')])).toEqual([]);
});
