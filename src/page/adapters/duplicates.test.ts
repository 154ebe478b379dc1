import { describe, expect, it, vi } from 'vitest';
import { setCore, unsetCore } from '../../device/protocol';
import { OnlyConnection } from './duplicates';

/** Another handle of one recommender, as each call of createRecommender() gives one. */
function handle(core: object): object {
  const made = {};
  setCore(made, core);
  return made;
}

describe('OnlyConnection', () => {
  it('lets the first connection of a recommender have a source, whichever handle it was given', async () => {
    const connections = new OnlyConnection();
    const [core, source, standDown] = [{}, {}, vi.fn()];
    const giveBack = connections.take(Promise.resolve(handle(core)), source, '', standDown);
    await Promise.resolve();
    const later = Promise.resolve(handle(core));
    connections.take(later, source, '', standDown);
    // Events received meanwhile must not be tracked.
    await later;
    expect(standDown).toHaveBeenCalledTimes(1);
    giveBack();
    connections.take(Promise.resolve(handle(core)), source, '', standDown);
    await Promise.resolve();
    expect(standDown).toHaveBeenCalledTimes(1);
  });

  it('keeps other recommenders, sources and names apart', async () => {
    const connections = new OnlyConnection();
    const [core, source, standDown] = [{}, {}, vi.fn()];
    connections.take(Promise.resolve(handle(core)), source, '.a', standDown);
    connections.take(Promise.resolve(handle(core)), source, '.b', standDown);
    connections.take(Promise.resolve(handle(core)), {}, '.a', standDown);
    connections.take(Promise.resolve(handle({})), source, '.a', standDown);
    connections.take(Promise.reject(new Error('no recommender')), source, '.a', standDown);
    await Promise.resolve();
    expect(standDown).not.toHaveBeenCalled();
  });

  it('gives a source to the next connection if the previous recommender was closed', async () => {
    const connections = new OnlyConnection();
    const [core, source, before, after] = [{}, {}, vi.fn(), vi.fn()];
    const closed = handle(core);
    connections.take(Promise.resolve(closed), source, '', before);
    await Promise.resolve();
    unsetCore(closed);
    connections.take(Promise.resolve(handle(core)), source, '', after);
    await Promise.resolve();
    expect([before.mock.calls.length, after.mock.calls.length]).toEqual([1, 0]);
  });

  it('claims no source for a connection that ended while the recommender started', async () => {
    const connections = new OnlyConnection();
    const [core, source, standDown] = [{}, {}, vi.fn()];
    connections.take(Promise.resolve(handle(core)), source, '', standDown)();
    connections.take(Promise.resolve(handle(core)), source, '', standDown);
    await Promise.resolve();
    expect(standDown).not.toHaveBeenCalled();
  });
});
