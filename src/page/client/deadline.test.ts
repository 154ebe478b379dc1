import { describe, expect, it, vi } from 'vitest';
import { withDeadline } from './deadline';

const never = () => new Promise<never>(() => undefined);
const soon = async () => 'list';

describe('withDeadline', () => {
  it('passes on the result or the error of the work', async () => {
    const signal = new AbortController().signal;
    expect(await withDeadline(soon, {}, 'recommend()')).toBe('list');
    expect(await withDeadline(soon, { signal, timeout: 60_000 }, 'recommend()')).toBe('list');
    await expect(withDeadline(() => Promise.reject(new Error('no')), { timeout: 60_000 }, 'x')).rejects.toThrow('no');
  });

  it('rejects when the signal is aborted, with its reason; if it was aborted before, the work does not start', async () => {
    const control = new AbortController();
    const call = withDeadline(never, { signal: control.signal }, 'recommend()');
    const reason = new Error('the page moved on');
    control.abort(reason);
    await expect(call).rejects.toMatchObject({ code: 'runtime/aborted', cause: reason });
    const work = vi.fn(soon);
    await expect(withDeadline(work, { signal: control.signal }, 'recommend()')).rejects.toMatchObject({
      code: 'runtime/aborted',
    });
    expect(work).not.toHaveBeenCalled();
  });

  it('rejects after the timeout, and refuses an invalid one', async () => {
    await expect(withDeadline(never, { timeout: 1 }, 'recommend()')).rejects.toMatchObject({ code: 'runtime/timeout' });
    for (const timeout of [0, -1, Number.NaN]) {
      await expect(withDeadline(soon, { timeout }, 'recommend()')).rejects.toMatchObject({
        code: 'runtime/invalid-input',
      });
    }
  });

  it('lets go of the signal and the timer', async () => {
    const { signal } = new AbortController();
    const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    await withDeadline(soon, { signal, timeout: 60_000 }, 'recommend()');
    expect(added).toHaveBeenCalledTimes(1);
    expect(removed.mock.calls[0][1]).toBe(added.mock.calls[0][1]);
  });
});
