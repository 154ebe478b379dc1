import { describe, expect, it } from 'vitest';
import { TaskQueue } from './tasks';

const HOUR = 3_600_000;

describe('the task queue', () => {
  it('runs one task after another, however long each takes', async () => {
    const done: string[] = [];
    const tasks = new TaskQueue(() => done.push('failed'));
    tasks.queue(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      done.push('slow');
    });
    tasks.queue(async () => {
      throw new Error('no');
    });
    tasks.queue(async () => {
      done.push('quick');
    });
    await tasks.settled();
    expect(done).toEqual(['slow', 'failed', 'quick']);
  });

  it('waits for quiet, keeps the last call of a name, and runs it immediately to settle', async () => {
    const done: string[] = [];
    const tasks = new TaskQueue(() => undefined);
    tasks.later('save', HOUR, async () => void done.push('first'));
    tasks.later('save', HOUR, async () => void done.push('second'));
    tasks.later('train', HOUR, async () => {
      done.push('train');
      tasks.later('save', HOUR, async () => void done.push('after'));
    });
    await tasks.settled();
    expect(done).toEqual(['second', 'train', 'after']);
  });

  it('does delayed work by itself', async () => {
    const tasks = new TaskQueue(() => undefined);
    await new Promise<void>((resolve) => tasks.later('save', 1, async () => resolve()));
  });
});
