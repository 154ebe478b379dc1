import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createMeter } from './meter';

/** A terminal that keeps what was written to it. */
class Screen extends Writable {
  text = '';
  columns = 120;
  constructor(readonly isTTY: boolean) {
    super();
  }
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk;
    done();
  }
  cursorTo() {}
  moveCursor() {}
  clearLine() {}
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] }));
afterEach(() => void vi.useRealTimers());

it('shows neither 0 s left nor 100 % before the end', async () => {
  const screen = new Screen(true);
  const meter = createMeter(screen);
  meter.start('Texts', 1000);
  await vi.advanceTimersByTimeAsync(3000);
  expect(screen.text).toContain('0% · 0/1000');
  expect(screen.text).not.toContain('left');
  // Many at once, for instance from a cache, must not make the estimate 0 s.
  meter.advance(500);
  await vi.advanceTimersByTimeAsync(200);
  for (let n = 0; n < 499; n++) {
    meter.advance(1);
    await vi.advanceTimersByTimeAsync(20);
  }
  expect(screen.text).toMatch(/\d+ s left/);
  expect(screen.text).not.toMatch(/\b0 ?s left/);
  expect(screen.text).not.toContain('100%');
  meter.advance(1);
  meter.stop();
  expect(screen.text).toContain('100% · 1000/1000');
});

it('shows no time left that rests on the first step, which loads and compiles', async () => {
  const screen = new Screen(true);
  const meter = createMeter(screen);
  meter.start('Epoch 1 of 16', 1000);
  await vi.advanceTimersByTimeAsync(3000);
  // The whole takes 3 s, and then 50 s.
  for (let n = 0; n < 500; n++) {
    meter.advance(1);
    await vi.advanceTimersByTimeAsync(50);
  }
  meter.stop();
  const shown = [...screen.text.matchAll(/ (\d+) (s|min|h) left/g)];
  expect(shown.length).toBeGreaterThan(0);
  expect(shown.filter(([, value, unit]) => unit !== 's' || Number(value) > 50)).toEqual([]);
  expect(screen.text.indexOf(' left')).toBeGreaterThan(screen.text.indexOf('50/1000'));
});

it('writes lines without a terminal, the last one at the end', async () => {
  const screen = new Screen(false);
  const meter = createMeter(screen);
  meter.start('Texts', 100);
  for (let n = 0; n < 5; n++) {
    await vi.advanceTimersByTimeAsync(4000);
    meter.advance(20);
  }
  meter.stop();
  expect(screen.text.trim().split('\n')).toEqual(['Texts: 60/100, 5.0/s, 8 s left', 'Texts: 100/100, 5.0/s']);
});

it('does not change cursor and line wrap of the terminal, and counts earlier steps only in the share', async () => {
  const screen = new Screen(true);
  screen.columns = 80;
  const meter = createMeter(screen);
  meter.start('Epoch 2 of 4', 4000, 1000);
  for (let n = 0; n < 3; n++) {
    meter.advance(100);
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(screen.text).toMatch(/Epoch 2 of 4 .*32% · 1300\/4000 · 1\d\d\/s/);
  // A process ended by a signal cannot restore them.
  expect(screen.text).not.toContain('\u001b[?');
  meter.stop();
});
