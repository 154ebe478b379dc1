import { describe, expect, it } from 'vitest';
import { EVENT_STRENGTH } from '../../../src/core/events';
import { readLog } from './event-log';
import { isPurchase, strengthOf } from './event-strength';

describe('the type of an event in a log', () => {
  it('says as much as on the device, whatever the log calls it', () => {
    const { view, click, cart, purchase } = EVENT_STRENGTH;
    expect(['view', 'View_Item', 'product-view', 'page view'].map(strengthOf)).toEqual([view, view, view, view]);
    expect(['add_to_cart', 'AddToCart', 'begin_checkout'].map(strengthOf)).toEqual([cart, cart, cart]);
    expect(['purchase', 'Order', 'transaction'].map(strengthOf)).toEqual([purchase, purchase, purchase]);
    expect(['select_item', 'something', '', null, undefined].map(strengthOf)).toEqual(new Array(5).fill(click));
    expect(['impression', 'view_item_list', 'remove_from_cart', 'refund', 'dismiss'].map(strengthOf)).toEqual(
      new Array(5).fill(0),
    );
    expect([isPurchase('Sale'), isPurchase('view'), isPurchase(undefined)]).toEqual([true, false, false]);
  });

  it('leaves events out that are no choices, and counts them', async () => {
    const lines = ['u,a,1,view_item', 'u,b,2,view_item_list', 'u,c,3,refund', 'u,d,4,'];
    const log = await readLog('log.csv', [`user,item,time,type\n${lines.join('\n')}\n`]);
    expect(log.events.map(({ item }) => item)).toEqual(['a', 'd']);
    expect([log.shown, log.rejected]).toEqual([2, []]);
  });
});
