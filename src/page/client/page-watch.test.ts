import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TrackInput } from '../../device/protocol';
import { type SerializedError, SidestreamError } from '../../error';
import { PageWatch } from './page-watch';

const unknown = new SidestreamError('runtime/unknown-item', 'no such item').serialize();
const impression = (itemId: string): TrackInput => ({ type: 'impression', itemId, details: {} });

describe('a batch of impressions', () => {
  const send = vi.fn<(events: TrackInput[]) => Promise<(SerializedError | null)[]>>();
  const save = vi.fn();
  let page: EventTarget & { visibilityState: string };
  let view: EventTarget;

  beforeEach(() => {
    vi.useFakeTimers();
    send.mockReset();
    save.mockReset();
    send.mockImplementation(async (events) => events.map(({ itemId }) => (itemId === 'gone' ? unknown : null)));
    page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    view = new EventTarget();
    vi.stubGlobal('document', page);
    vi.stubGlobal('window', view);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is sent after a moment, and each impression has its own outcome', async () => {
    const batch = new PageWatch(send, save);
    const all = Promise.allSettled(['a', 'gone', 'b'].map((id) => batch.add(impression(id))));
    await vi.advanceTimersByTimeAsync(250);
    expect(send.mock.calls.map(([events]) => events.length)).toEqual([3]);
    expect((await all).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await all)[1]).toMatchObject({ reason: { code: 'runtime/unknown-item' } });
  });

  it('holds events as they were when tracked, and refuses only those that cannot be sent', async () => {
    const batch = new PageWatch(send, save);
    const details = { position: 1 };
    const kept = batch.add({ ...impression('a'), details });
    details.position = 2;
    const refused = Reflect.apply(batch.add, batch, [{ ...impression('b'), details: { position: () => 1 } }]);
    await expect(refused).rejects.toMatchObject({ code: 'runtime/invalid-input' });
    await vi.advanceTimersByTimeAsync(250);
    await kept;
    expect(send.mock.calls).toEqual([[[{ type: 'impression', itemId: 'a', details: { position: 1 } }]]]);
  });

  it('is rejected as a whole if the store fails', async () => {
    send.mockRejectedValue(new SidestreamError('store/full', 'full'));
    const batch = new PageWatch(send, save);
    const all = Promise.allSettled(['a', 'b'].map((id) => batch.add(impression(id))));
    await vi.advanceTimersByTimeAsync(250);
    expect((await all).map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual([
      'store/full',
      'store/full',
    ]);
  });

  it('is sent at once when it is full, the page is hidden or left, or it is closed', async () => {
    const batch = new PageWatch(send, save);
    for (let n = 0; n < 50; n++) void batch.add(impression(`i${n}`));
    expect(send).toHaveBeenCalledTimes(1);
    void batch.add(impression('a'));
    page.visibilityState = 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
    expect(send).toHaveBeenCalledTimes(2);
    expect(save).toHaveBeenCalledTimes(1);
    void batch.add(impression('a'));
    view.dispatchEvent(new Event('pagehide'));
    expect(send).toHaveBeenCalledTimes(3);
    void batch.add(impression('a'));
    batch.close();
    expect(send).toHaveBeenCalledTimes(4);
    await vi.advanceTimersByTimeAsync(1000);
    view.dispatchEvent(new Event('pagehide'));
    expect(send).toHaveBeenCalledTimes(4);
    expect(save).toHaveBeenCalledTimes(2);
  });
});
