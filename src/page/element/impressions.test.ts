import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IMPRESSION_DWELL, Impressions } from './impressions';

/** An observer whose elements in view a test decides. */
class FakeObserver implements IntersectionObserver {
  static latest: FakeObserver;
  readonly root = null;
  readonly rootMargin = '';
  readonly scrollMargin = '';
  readonly thresholds = [];
  readonly watched = new Set<Element>();
  readonly #callback: IntersectionObserverCallback;
  constructor(callback: IntersectionObserverCallback) {
    this.#callback = callback;
    FakeObserver.latest = this;
  }
  observe(target: Element): void {
    this.watched.add(target);
  }
  unobserve(target: Element): void {
    this.watched.delete(target);
  }
  disconnect(): void {
    this.watched.clear();
  }
  takeRecords(): IntersectionObserverEntry[] {
    return [];
  }
  show(target: Element, ratio: number): void {
    const rect = {} as DOMRectReadOnly;
    const entry = { target, intersectionRatio: ratio, isIntersecting: ratio > 0, time: 0 };
    this.#callback([{ ...entry, boundingClientRect: rect, intersectionRect: rect, rootBounds: null }], this);
  }
}

const card = (id: string): HTMLElement => ({ dataset: { id } as DOMStringMap }) as HTMLElement;

describe('Impressions', () => {
  const seen = vi.fn();
  let impressions: Impressions;

  beforeEach(() => {
    vi.useFakeTimers();
    seen.mockClear();
    vi.stubGlobal('IntersectionObserver', FakeObserver);
    impressions = new Impressions(seen);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('counts a card that stays half in view, once per response', () => {
    const a = card('a');
    impressions.watch('r1', [a]);
    FakeObserver.latest.show(a, 0.6);
    vi.advanceTimersByTime(IMPRESSION_DWELL - 1);
    expect(seen).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    FakeObserver.latest.show(a, 0);
    FakeObserver.latest.show(a, 1);
    vi.advanceTimersByTime(IMPRESSION_DWELL);
    expect(seen.mock.calls).toEqual([['a']]);
  });

  it('does not count a glimpse or a sliver', () => {
    const a = card('a');
    impressions.watch('r1', [a]);
    FakeObserver.latest.show(a, 0.4);
    vi.advanceTimersByTime(IMPRESSION_DWELL);
    FakeObserver.latest.show(a, 1);
    vi.advanceTimersByTime(IMPRESSION_DWELL / 2);
    FakeObserver.latest.show(a, 0);
    vi.advanceTimersByTime(IMPRESSION_DWELL);
    expect(seen).not.toHaveBeenCalled();
  });

  it('counts again with the next response, not with a repaint of the same one', () => {
    const a = card('a');
    impressions.watch('r1', [a]);
    FakeObserver.latest.show(a, 1);
    vi.advanceTimersByTime(IMPRESSION_DWELL);
    impressions.watch('r1', [a]);
    expect(FakeObserver.latest.watched.size).toBe(1);
    impressions.watch('r2', [a]);
    FakeObserver.latest.show(a, 1);
    vi.advanceTimersByTime(IMPRESSION_DWELL);
    expect(seen).toHaveBeenCalledTimes(2);
  });

  it('a stopped watch counts nothing', () => {
    const a = card('a');
    impressions.watch('r1', [a]);
    FakeObserver.latest.show(a, 1);
    impressions.stop();
    vi.advanceTimersByTime(IMPRESSION_DWELL);
    expect(seen).not.toHaveBeenCalled();
  });
});
