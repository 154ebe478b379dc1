import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { SidestreamError } from '../../error';
import { PendingCalls } from './worker-calls';

const never = () => new Promise<never>(() => undefined);
const crashed = new SidestreamError('runtime/worker-crashed', 'crashed');

/** Collects garbage. */
async function collect(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  await new Promise((resolve) => setTimeout(resolve));
  gc();
}

describe('pending calls', () => {
  it('are forgotten once they have an answer', async () => {
    const calls = new PendingCalls();
    const answers: WeakRef<object>[] = [];
    for (let n = 0; n < 100; n++) answers.push(new WeakRef(await calls.add(async () => ({ n }))));
    await collect();
    expect(answers.filter((answer) => answer.deref()).length).toBeLessThan(5);
    // They can still be ended, so they are not gone themselves.
    calls.end(crashed);
  });

  it('pass on answers and failures, and can be ended at once', async () => {
    const calls = new PendingCalls();
    expect(await calls.add(async () => 'answer')).toBe('answer');
    await expect(calls.add(() => Promise.reject(crashed))).rejects.toBe(crashed);
    const [one, two] = [calls.add(never), calls.add(never)];
    calls.fail(crashed);
    await expect(one).rejects.toBe(crashed);
    await expect(two).rejects.toBe(crashed);
    expect(await calls.add(async () => 'again')).toBe('again');
    const last = calls.add(never);
    const closed = new SidestreamError('runtime/closed', 'closed');
    calls.end(closed);
    await expect(last).rejects.toBe(closed);
    await expect(calls.add(async () => 'late')).rejects.toBe(closed);
  });

  it('are settled when the waiting calls are', async () => {
    const calls = new PendingCalls();
    const order: string[] = [];
    let answer: () => void = () => undefined;
    const call = calls.add(
      () =>
        new Promise<void>((resolve) => {
          answer = resolve;
        }),
    );
    const settled = calls.settled().then(() => order.push('settled'));
    void call.then(() => order.push('answered'));
    answer();
    await settled;
    expect(order).toEqual(['answered', 'settled']);
    await calls.settled();
  });

  it('name an argument that cannot be sent', async () => {
    const send = async () => structuredClone(() => 1);
    await expect(new PendingCalls().add(send)).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringContaining('could not be cloned'),
    });
  });
});
