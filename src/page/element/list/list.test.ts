import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeRecommender, recommendation } from '../../../../testing/fake-recommender';
import type { Progress, RecommendRequest } from '../../../device/protocol';
import { SidestreamError } from '../../../error';
import { List, REFRESH_DELAY } from './list';
import { takeItems } from './reading-order';

vi.mock('./reading-order', async (actual) => ({
  ...(await actual<typeof import('./reading-order')>()),
  takeItems: vi.fn(),
}));

/** An element with a list, and what it is told. */
class Host {
  placement = 'for-you';
  limit = 8;
  layout = 'grid';
  state = 'loading';
  next: RecommendRequest | null = { placement: 'for-you' };
  invalid: Error | null = null;
  readonly failures: SidestreamError[] = [];
  readonly reported: Progress[] = [];
  addController(): void {}
  requestUpdate(): void {}
  compareDocumentPosition(): number {
    return 4;
  }
  request(): RecommendRequest | null {
    if (this.invalid) throw this.invalid;
    return this.next;
  }
  /** The host loads what the cards need before they are shown. */
  loading: Promise<void> = Promise.resolve();
  ready = (): Promise<void> => this.loading;
  changed(): void {}
  waiting(): void {}
  missing(): void {}
  progress(progress: Progress): void {
    this.reported.push(progress);
  }
  report = (error: SidestreamError): void => {
    this.failures.push(error);
  };
}

const settle = () => vi.advanceTimersByTimeAsync(REFRESH_DELAY + 1);
const shown = ({ state }: List) =>
  state.kind === 'filled' ? state.response.items.map(({ item }) => item.id).join('') : state.kind;

describe('List', () => {
  let fake: FakeRecommender;
  let host: Host;
  let list: List;

  beforeEach(() => {
    vi.useFakeTimers();
    fake = new FakeRecommender();
    host = new Host();
    list = new List(host as unknown as List['host'], host);
    list.hostConnected();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const start = async () => {
    const { recommender } = fake;
    list.use(() => Promise.resolve(recommender));
    await settle();
  };

  it('goes from loading to filled, and to empty with an empty response', async () => {
    expect(shown(list)).toBe('loading');
    await start();
    expect(shown(list)).toBe('abc');
    fake.ids = [];
    list.refresh();
    await settle();
    expect(shown(list)).toBe('empty');
  });

  it('sends no requests and listens to nothing outside the page, and continues when it returns to the page', async () => {
    list.hostDisconnected();
    await start();
    list.refresh();
    await settle();
    expect([shown(list), fake.requests.length, fake.listeners.size]).toEqual(['loading', 0, 0]);
    for (let times = 0; times < 3; times++) {
      list.hostConnected();
      await settle();
      expect([shown(list), fake.listeners.size]).toEqual(['abc', 1]);
      list.hostDisconnected();
      expect(fake.listeners.size).toBe(0);
    }
  });

  it('combines a burst of changes into one request', async () => {
    await start();
    for (let i = 0; i < 10; i++) fake.change();
    await settle();
    expect(fake.requests).toHaveLength(2);
  });

  it('tells its layout of a response before the next request, which may not wait for a rendering', async () => {
    await start();
    const told: string[] = [];
    list.layout = {
      state: null,
      take: () => void told.push(`response to request ${fake.requests.length}`),
    };
    host.request = () => {
      told.push('request');
      return host.next;
    };
    list.refresh();
    list.refresh();
    await settle();
    expect(told).toEqual(['request', 'response to request 2', 'request', 'response to request 3']);
  });

  it('shows a list once its host is ready for the items, and drops one that was edited meanwhile', async () => {
    let open: () => void = () => undefined;
    await start();
    host.loading = new Promise((resolve) => {
      open = resolve;
    });
    fake.ids = ['c', 'd'];
    list.refresh();
    await settle();
    expect(shown(list)).toBe('abc');
    list.remove('b');
    fake.ids = ['d'];
    open();
    await settle();
    expect(shown(list)).toBe('d');
    expect(fake.requests).toHaveLength(3);
  });

  it('stays as it is while it is paused', async () => {
    await start();
    fake.change();
    list.pausedUntil = Date.now() + 2000;
    fake.change();
    await vi.advanceTimersByTimeAsync(1500);
    expect(fake.requests).toHaveLength(1);
    list.pausedUntil = 0;
    fake.change();
    await vi.advanceTimersByTimeAsync(501);
    expect(fake.requests).toHaveLength(2);
  });

  it('keeps the id of an unchanged list, takes the new id of a changed one', async () => {
    await start();
    fake.change();
    await settle();
    expect(list.state).toMatchObject({ response: { id: 'r1' } });
    fake.ids = ['b', 'a', 'c'];
    fake.change();
    await settle();
    expect(list.state).toMatchObject({ response: { id: 'r3' } });
  });

  it('shows an error when the first list fails and starts over on retry', async () => {
    fake.failure = new SidestreamError('runtime/worker-crashed', 'gone');
    await start();
    expect(shown(list)).toBe('error');
    expect(host.failures[0]?.code).toBe('runtime/worker-crashed');
    fake.failure = null;
    list.retry();
    expect(shown(list)).toBe('loading');
    await settle();
    expect(shown(list)).toBe('abc');
  });

  it('keeps a list when its refresh fails, but not the list of another item', async () => {
    await start();
    fake.failure = new Error('no');
    fake.change();
    await settle();
    expect(shown(list)).toBe('abc');
    expect(host.failures).toHaveLength(1);
    host.next = { placement: 'similar', itemId: 'x' };
    list.refresh();
    await settle();
    expect(shown(list)).toBe('error');
  });

  it('tells a failed request from another error of the recommender: a feed still expects its next page', async () => {
    await start();
    const failed = vi.fn();
    list.layout = { state: null, failed };
    for (const report of fake.onError) report(new SidestreamError('bundle/offers', 'no offers'));
    expect([host.failures.length, failed.mock.calls.length]).toEqual([1, 0]);
    fake.failure = new Error('no');
    list.refresh();
    await settle();
    expect([host.failures.length, failed.mock.calls.length]).toEqual([2, 1]);
  });

  it('creates the recommender again on retry if creating it failed', async () => {
    const { recommender } = fake;
    const source = vi.fn(() => Promise.resolve(recommender));
    source.mockRejectedValueOnce(new SidestreamError('bundle/unreachable', 'no bundle'));
    list.use(source);
    await settle();
    expect(shown(list)).toBe('error');
    list.retry();
    await settle();
    expect(source).toHaveBeenCalledTimes(2);
    expect(shown(list)).toBe('abc');
  });

  it('ignores the response of a recommender that was replaced meanwhile', async () => {
    const late = new FakeRecommender();
    late.ids = ['z'];
    let open = (): void => undefined;
    late.gate = new Promise((resolve) => {
      open = resolve;
    });
    const first = late.recommender;
    list.use(() => Promise.resolve(first));
    await settle();
    await start();
    open();
    await settle();
    expect(shown(list)).toBe('abc');
    expect(late.listeners.size).toBe(0);
  });

  it('unsubscribes from the recommender when the element leaves the page', async () => {
    await start();
    list.hostDisconnected();
    fake.change();
    await settle();
    expect(fake.requests).toHaveLength(1);
    list.hostConnected();
    await settle();
    expect(fake.requests).toHaveLength(2);
  });

  it('sends no request while it is incomplete', async () => {
    host.next = null;
    await start();
    expect(shown(list)).toBe('empty');
    expect(fake.requests).toHaveLength(0);
  });

  it('removes a dismissed item at once', async () => {
    await start();
    list.remove('b');
    expect(shown(list)).toBe('ac');
  });

  it('puts a dismissed item back where it was, and empties and fills with the last one', async () => {
    await start();
    list.insert(recommendation('x', 1));
    expect(shown(list)).toBe('axbc');
    for (const id of 'axbc') list.remove(id);
    expect(shown(list)).toBe('empty');
    list.insert(recommendation('b', 3));
    expect(shown(list)).toBe('b');
    expect(list.ids).toEqual(['b']);
  });

  it.each([
    ['an edit', () => list.remove('b')],
    ['a restart', () => list.restart()],
  ])('ignores a response to a request from before %s, and sends it again', async (_, change) => {
    await start();
    let open = (): void => undefined;
    fake.gate = new Promise((resolve) => {
      open = resolve;
    });
    list.refresh();
    await settle();
    change();
    const states: string[] = [];
    vi.mocked(takeItems).mockImplementation(({ ids }) => void states.push(ids.join('')));
    fake.ids = ['a', 'c', 'd'];
    open();
    await settle();
    expect(shown(list)).toBe('acd');
    expect(states).toEqual(['acd']);
  });

  it('shows an invalid request as an error, and sends nothing', async () => {
    host.invalid = new SidestreamError('runtime/invalid-input', 'filter: no');
    await start();
    expect(shown(list)).toBe('error');
    expect(fake.requests).toHaveLength(0);
    host.invalid = null;
    list.refresh();
    await settle();
    expect(shown(list)).toBe('abc');
  });

  it('passes the progress of the start on, until the recommender is replaced', async () => {
    let report = (_: Progress): void => undefined;
    const { recommender } = fake;
    list.use((onProgress) => {
      report = onProgress;
      return Promise.resolve(recommender);
    });
    report({ stage: 'bundle', loaded: 1, total: 2 });
    await start();
    report({ stage: 'bundle', loaded: 2, total: 2 });
    expect(host.reported).toEqual([{ stage: 'bundle', loaded: 1, total: 2 }]);
  });
});
