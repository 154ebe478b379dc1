import { describe, expect, it, vi } from 'vitest';
import { CORE } from '../../device/protocol';
import { connectOnce } from './duplicates';

/** Another handle of one recommender, as each call of createRecommender() gives one. */
function handle(core: object): object {
  const made = {};
  Object.defineProperty(made, CORE, { value: core, configurable: true });
  return made;
}

describe('connectOnce', () => {
  it('lets the first connection of a recommender have a source, whichever handle it was given', async () => {
    const [core, source, end] = [{}, {}, vi.fn()];
    const disconnect = connectOnce(Promise.resolve(handle(core)), source, '', end);
    await Promise.resolve();
    const later = Promise.resolve(handle(core));
    connectOnce(later, source, '', end);
    // Events received meanwhile must not be tracked.
    await later;
    expect(end).toHaveBeenCalledTimes(1);
    disconnect();
    connectOnce(Promise.resolve(handle(core)), source, '', end);
    await Promise.resolve();
    expect(end.mock.calls).toEqual([[true], [false]]);
  });

  it('keeps other recommenders, sources and names apart', async () => {
    const [core, source, end] = [{}, {}, vi.fn()];
    connectOnce(Promise.resolve(handle(core)), source, '.a', end);
    connectOnce(Promise.resolve(handle(core)), source, '.b', end);
    connectOnce(Promise.resolve(handle(core)), {}, '.a', end);
    connectOnce(Promise.resolve(handle({})), source, '.a', end);
    connectOnce(Promise.reject(new Error('no recommender')), source, '.a', end);
    await Promise.resolve();
    expect(end).not.toHaveBeenCalled();
  });

  it('gives a source to the next connection if the previous recommender was closed', async () => {
    const [core, source, before, after] = [{}, {}, vi.fn(), vi.fn()];
    const closed = handle(core);
    connectOnce(Promise.resolve(closed), source, '', before);
    await Promise.resolve();
    Reflect.deleteProperty(closed, CORE);
    connectOnce(Promise.resolve(handle(core)), source, '', after);
    await Promise.resolve();
    expect([before.mock.calls.length, after.mock.calls.length]).toEqual([1, 0]);
  });

  it('claims no source for a connection that ended while the recommender started', async () => {
    const [core, source, end] = [{}, {}, vi.fn()];
    connectOnce(Promise.resolve(handle(core)), source, '', end)();
    connectOnce(Promise.resolve(handle(core)), source, '', end);
    await Promise.resolve();
    expect(end.mock.calls).toEqual([[false]]);
  });
});
