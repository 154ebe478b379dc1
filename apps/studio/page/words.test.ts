import { expect, it } from 'vitest';
import {
  amount,
  backendWords,
  counted,
  days,
  duration,
  fileSize,
  languageName,
  learnedSentence,
  progressSpoken,
  progressWords,
  timeLeft,
} from './words';

it.each([
  [null, ''],
  [Number.POSITIVE_INFINITY, ''],
  [0.4, 'nearly done'],
  [7, 'about 10 seconds left'],
  [51, 'about 55 seconds left'],
  [56, 'about 1 minute left'],
  [89, 'about 1 minute left'],
  [91, 'about 2 minutes left'],
  [59 * 60, 'about 59 minutes left'],
  [60 * 60, 'about 1 hour left'],
  [80 * 60, 'about 1 hour 20 minutes left'],
  [119.9 * 60, 'about 2 hours left'],
])('says of %s seconds: %s', (seconds, words) => {
  expect(timeLeft(seconds)).toBe(words);
});

it('says numbers, times, sizes and days as people do', () => {
  expect([counted(1, 'product'), counted(1204, 'product')]).toEqual(['1 product', '1,204 products']);
  expect([0.2, 59.4, 60, 61, 200].map(duration)).toEqual([
    '1 second',
    '59 seconds',
    '1 minute',
    '1 minute 1 second',
    '3 minutes 20 seconds',
  ]);
  expect([1, 999, 64_400, 12_345_678].map(fileSize)).toEqual(['1 byte', '999 bytes', '64 kB', '12.3 MB']);
  expect([amount(12.5, ''), amount(1299, 'EUR')]).toEqual(['12.50', '€1,299.00']);
  expect([languageName('de'), languageName('not a tag')]).toEqual(['German', 'not a tag']);
  const from = Date.UTC(2026, 0, 31, 23);
  expect(days(from, Date.UTC(2026, 2, 1))).toBe('January 31, 2026 to March 1, 2026');
  expect(days(from, from + 1000)).toBe('January 31, 2026');
});

const progress = { stage: 'Pictures', done: 120, total: 1000, perSecond: 8.25, secondsLeft: 107 };

it('says progress in parts, and leaves out what is not known', () => {
  expect(progressWords(progress)).toEqual(['Pictures: 120 of 1,000', '8.3 a second', 'about 2 minutes left']);
  expect(progressWords({ ...progress, total: 0, perSecond: 1234.5, secondsLeft: null })).toEqual([
    'Pictures: 120',
    '1,235 a second',
  ]);
  expect(progressWords({ ...progress, unit: 'bytes', done: 12_345_678, total: 2e7, perSecond: 3e6 })).toEqual([
    'Pictures: 12.3 MB of 20.0 MB',
    '3.0 MB a second',
    'about 2 minutes left',
  ]);
  expect(progressWords({ stage: 'Texts', done: 0, total: 0, perSecond: null, secondsLeft: null })).toEqual(['Texts …']);
});

it('is spoken at the beginning of a stage and at its quarters', () => {
  const at = (done: number) => ({ ...progress, done });
  expect(progressSpoken(null, at(0))).toBe('Pictures …');
  expect(progressSpoken(at(0), at(249))).toBeNull();
  expect(progressSpoken(at(249), at(250))).toBe('Pictures: 25 % done, about 2 minutes left');
  expect(progressSpoken(at(250), at(251))).toBeNull();
  expect(progressSpoken(at(251), at(800))).toBe('Pictures: 75 % done, about 2 minutes left');
  // The end is said by what follows.
  expect(progressSpoken(at(800), at(1000))).toBeNull();
  expect(progressSpoken({ ...at(1000), stage: 'Texts' }, at(900))).toBe('Pictures …');
});

it('says where the encoders run, and why', () => {
  expect(backendWords({ kind: 'webgpu', workers: 1, why: null })).toBe(
    'On this computer’s graphics processor (WebGPU).',
  );
  expect(backendWords({ kind: 'wasm', workers: 2, why: 'no WebGPU in this browser' })).toBe(
    'On this computer’s processor, in 2 workers, because there is no WebGPU in this browser.',
  );
  expect(backendWords({ kind: 'wasm', workers: 1, why: 'the WebGPU adapter is software' })).toBe(
    'On this computer’s processor, because the WebGPU adapter is software.',
  );
});

it('says whether the side model helps, and does not take chance for a difference', () => {
  const sentence = (mean: number, error: number, stopped = false) =>
    learnedSentence({ stopped, gain: { mean, error, rival: 'popularity', shoppers: 1204 } });
  expect(sentence(0.031, 0.01)).toBe(
    'The side model helps: for 1,204 shoppers that it never saw, the next choice is among its first ten products 3.1 percentage points more often than with a list of bestsellers.',
  );
  expect(sentence(0.031, 0.02)).toMatch(/^The side model and a list of bestsellers are about equally good: /);
  expect(sentence(-0.031, 0.01)).toMatch(
    /^The side model does not help yet: .* 3\.1 percentage points less often than/,
  );
  expect(sentence(-0.031, 0.01, true)).toMatch(/It was stopped: trained to the end, it may\.$/);
  expect(learnedSentence({ gain: null, stopped: false })).toMatch(/quality is not measured\.$/);
});
