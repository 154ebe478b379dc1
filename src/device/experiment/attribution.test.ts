import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../core/events';
import { ATTRIBUTION_WINDOW, LastClickIndex } from './attribution';

const START = 1_700_000_000_000;
const DAY = 24 * 3600 * 1000;
const click = (itemId: string, time: number): NewEvent => ({
  type: 'click',
  itemId,
  time,
  recommendationId: `r-${itemId}`,
});
const view = (time: number): NewEvent => ({ type: 'view', itemId: 'other', time });

describe('the index of last clicks', () => {
  it('last for 7 days', () => {
    const index = new LastClickIndex();
    index.note(click('a', START));
    expect(index.of('a', START + ATTRIBUTION_WINDOW)?.recommendationId).toBe('r-a');
    expect(index.of('a', START + ATTRIBUTION_WINDOW + 1)).toBeNull();
    expect(index.of('b', START)).toBeNull();
  });

  it('last for 7 days even if the clock was ten years ahead at the click', () => {
    const index = new LastClickIndex();
    index.note(click('a', START + 3650 * DAY));
    index.note(view(START));
    // Saved and read in between.
    const again = new LastClickIndex(index.save());
    for (const one of [index, again]) {
      expect(one.of('a', START + DAY)?.recommendationId).toBe('r-a');
      expect(one.of('a', START + 8 * DAY)).toBeNull();
    }
  });

  it('include carts that name a recommendation, except those attributed to a click', () => {
    const index = new LastClickIndex();
    const cart = (recommendationId: string | undefined, time: number): NewEvent => ({
      type: 'cart',
      itemId: 'a',
      time,
      ...(recommendationId === undefined ? {} : { recommendationId }),
    });
    index.note(cart(undefined, START));
    expect(index.of('a', START)).toBeNull();
    index.note(cart('bundle', START));
    expect(index.of('a', START + DAY)?.recommendationId).toBe('bundle');
    index.note(click('a', START + DAY));
    index.note(cart('r-a', START + 5 * DAY));
    expect(index.of('a', START + 8 * DAY)?.recommendationId).toBe('r-a');
    expect(index.of('a', START + 9 * DAY)).toBeNull();
  });

  it('expire in the order of the events and not of the clock', () => {
    const index = new LastClickIndex();
    index.note(click('a', START + 3650 * DAY));
    index.note(click('b', START));
    index.note(click('c', START + 8 * DAY));
    expect(index.save().map(([id]) => id)).toEqual(['c']);
  });
});
