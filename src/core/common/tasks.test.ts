import { describe, expect, it } from 'vitest';
import { Mutex } from './tasks';

describe('the mutex', () => {
  it('runs one piece of work at a time, in order, past failures', async () => {
    const mutex = new Mutex();
    const log: string[] = [];
    const work = (name: string, fail = false) =>
      mutex.run(async () => {
        log.push(`${name} starts`);
        await new Promise((resolve) => setTimeout(resolve, 1));
        log.push(`${name} ends`);
        if (fail) throw new Error(name);
        return name;
      });
    const results = await Promise.allSettled([work('a'), work('b', true), work('c')]);
    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('is idle when no work is under way or waiting', async () => {
    const mutex = new Mutex();
    expect(mutex.idle).toBe(true);
    const failing = mutex.run(() => Promise.reject(new Error('no'))).catch(() => undefined);
    const last = mutex.run(async () => 1);
    expect(mutex.idle).toBe(false);
    await failing;
    expect(mutex.idle).toBe(false);
    await last;
    await Promise.resolve();
    expect(mutex.idle).toBe(true);
  });
});
