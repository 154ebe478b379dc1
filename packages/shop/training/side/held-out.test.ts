import { describe, expect, it } from 'vitest';
import { choicesFrom, streamOf } from '../interactions';
import { heldOutShoppers } from './held-out';

const DAY = 24 * 3600 * 1000;
const START = Date.UTC(2026, 0, 1);

/** Choices of some shoppers, sorted by time. @param timeOf time of the nth choice of a shopper, ms */
const logOf = (shoppers: number, choices: number, timeOf: (shopper: number, n: number) => number) =>
  choicesFrom(
    Array.from({ length: shoppers }, (_, shopper) =>
      Array.from({ length: choices }, (_, n) => ({ user: `u${shopper}`, row: n, time: timeOf(shopper, n) })),
    )
      .flat()
      .sort((a, b) => a.time - b.time),
  );

describe('shoppers held out from a training', () => {
  it('are one in twenty, spread over those with enough choices in the last fifth of the log', () => {
    // Each shopper visits once, one after the other.
    const log = logOf(100, 6, (shopper, n) => START + shopper * DAY + n);
    const { heldOut, from } = heldOutShoppers(log);
    expect(heldOut.size).toBe(5);
    for (const shopper of heldOut) expect(streamOf(log, shopper)[0].time).toBeGreaterThanOrEqual(START + 80 * DAY);
    expect(from).toBe(START + 80 * DAY);
  });

  it('are spread over the whole log if too few chose enough at its end, or if its times are places in a history', () => {
    const daily = logOf(100, 8, (shopper, n) => START + n * DAY + shopper);
    const places = logOf(100, 8, (_, n) => 1000 * n);
    for (const log of [daily, places]) {
      const { heldOut, from } = heldOutShoppers(log);
      expect(heldOut.size).toBe(5);
      expect(from).toBe(Number.NEGATIVE_INFINITY);
    }
  });

  it('are nobody in a log of fewer than 50 shoppers', () => {
    expect(heldOutShoppers(logOf(49, 9, (shopper, n) => START + shopper * DAY + n)).heldOut.size).toBe(0);
  });
});
