import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Progress } from '../../device/protocol';
import { SidestreamError } from '../../error';
import { emit, type RecsClickDetail, type RecsErrorDetail, type RecsRenderDetail } from './events';
import type { SidestreamRecs } from './recs/sidestream-recs';

describe('the events of the list', () => {
  it('are typed by name, on the element and by its tag', () => {
    type List = HTMLElementTagNameMap['sidestream-recs'];
    expectTypeOf<List>().toEqualTypeOf<SidestreamRecs>();
    const listen = (list: List) => {
      list.addEventListener('recommend', ({ detail }) => expectTypeOf(detail).toEqualTypeOf<RecsRenderDetail>());
      list.addEventListener('itemclick', ({ detail }) => expectTypeOf(detail).toEqualTypeOf<RecsClickDetail>());
      list.addEventListener('error', ({ detail }) => expectTypeOf(detail).toEqualTypeOf<RecsErrorDetail>());
      list.addEventListener('progress', ({ detail }) => expectTypeOf(detail).toEqualTypeOf<Progress>());
      list.addEventListener('keydown', ({ key }) => expectTypeOf(key).toEqualTypeOf<string>());
      document.addEventListener('itemclick', ({ detail }) => expectTypeOf(detail).toEqualTypeOf<RecsClickDetail>());
    };
    expect(listen).toBeTypeOf('function');
  });

  it('bubble when they are about the list, and do not when the page could take them for its own', () => {
    const target = new EventTarget();
    const received: Event[] = [];
    for (const type of ['recommend', 'error', 'progress'])
      target.addEventListener(type, (event) => received.push(event));
    emit(target, 'recommend', { placement: 'recent', recommendationId: 'r', items: [] });
    emit(target, 'error', { error: new SidestreamError('runtime/closed', 'closed') });
    emit(target, 'progress', { stage: 'bundle', loaded: 1, total: 2 });
    expect(received.map(({ type, bubbles }) => [type, bubbles])).toEqual([
      ['recommend', true],
      ['error', false],
      ['progress', false],
    ]);
  });

  it('return whether a listener prevented them', () => {
    const target = new EventTarget();
    const error = new SidestreamError('runtime/closed', 'closed');
    expect(emit(target, 'error', { error })).toBe(true);
    target.addEventListener('error', (event) => event.preventDefault());
    expect(emit(target, 'error', { error })).toBe(false);
  });
});
