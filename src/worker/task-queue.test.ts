import { describe, expect, it } from 'vitest';
import { Chores } from './task-queue';

const HOUR = 3_600_000;

describe('Chores', () => {
  it('does one thing after another, whatever each takes', async () => {
    const done: string[] = [];
    const chores = new Chores(() => done.push('failed'));
    chores.queue(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      done.push('slow');
    });
    chores.queue(async () => {
      throw new Error('no');
    });
    chores.queue(async () => {
      done.push('quick');
    });
    await chores.settled();
    expect(done).toEqual(['slow', 'failed', 'quick']);
  });

  it('waits for quiet, keeps the last call of a name, and does it at once when told to settle', async () => {
    const done: string[] = [];
    const chores = new Chores(() => undefined);
    chores.later('save', HOUR, async () => void done.push('first'));
    chores.later('save', HOUR, async () => void done.push('second'));
    chores.later('train', HOUR, async () => {
      done.push('train');
      chores.later('save', HOUR, async () => void done.push('after'));
    });
    await chores.settled();
    expect(done).toEqual(['second', 'train', 'after']);
  });

  it('does delayed work by itself', async () => {
    const chores = new Chores(() => undefined);
    await new Promise<void>((resolve) => chores.later('save', 1, async () => resolve()));
  });
});
