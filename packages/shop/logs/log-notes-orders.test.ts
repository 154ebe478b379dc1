import { expect, it } from 'vitest';
import { isOrderLog, orderLogText, simulatedOrdersText } from './log-notes';

it('recognises a log of orders if most events share their second', () => {
  expect([0.9991, 0.5, null, undefined].map(isOrderLog)).toEqual([true, false, false, false]);
});

it('warns in a replay and in a simulation, and says where to look instead', () => {
  const texts = [orderLogText(0.9991), simulatedOrdersText(0.9991)];
  for (const text of texts) {
    expect(text).toMatch(
      /^99\.9 % of the ranked events have the time of another event of their shopper: this is a log of/,
    );
    expect(text).toContain('how well the next line of an order is guessed from its other lines');
  }
  expect(texts[1]).toContain('--protocol device with the same log');
});
