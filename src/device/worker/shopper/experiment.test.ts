import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { catalog, chose } from '../../../../testing/rankings';
import { CLICK, IDS, last, log, type ServedShop, serveShop } from '../../../../testing/served-shop';
import { termValues } from '../../ranking';
import type { Engine } from '../engine';
import { ExperimentAssignment } from './experiment';

// Node has no IndexedDB: this one follows the specification, in memory. It has no Web Locks either: every tab leads.
beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

let shop: ServedShop;
const open: ServedShop['open'] = (given) => shop.open(given);
beforeAll(async () => {
  shop = await serveShop();
});
afterAll(() => shop.close());

describe('an experiment', () => {
  const experiment = { name: 'test', variants: [{ name: 'a' }, { name: 'b' }] };

  it('puts its variant into every event, the same on every page, by an id that is on disk with consent only', async () => {
    const seen = new Set<string | null>();
    for (let n = 0; n < 20; n++) {
      const engine = await open({ experiment, consent: 'pending', namespace: `none-${n}` });
      seen.add((await engine.metrics()).variant);
      await engine.close();
    }
    expect(seen).toEqual(new Set(['test/a', 'test/b']));
    expect(await indexedDB.databases()).toEqual([]);

    const first = await open({ experiment, consent: 'pending' });
    const { variant } = await first.metrics();
    await first.consent('granted');
    await first.track('click', 'a', CLICK);
    await first.close();
    for (let n = 0; n < 5; n++) {
      const engine = await open({ experiment });
      await engine.reset();
      expect((await engine.metrics()).variant).toBe(variant);
      await engine.track('impression', 'a', CLICK);
      expect((await last())?.variant).toBe(variant);
      expect((await engine.metrics()).rows).toEqual([expect.objectContaining({ variant, impressions: 1 })]);
      await engine.close();
    }
  });

  it("is drawn from the shop's own id if it has one", async () => {
    const variantOf = async (unit: string) => {
      const engine = await open({ experiment: { ...experiment, unit }, consent: 'pending' });
      const { variant } = await engine.metrics();
      await engine.close();
      return variant;
    };
    const variants = await Promise.all(IDS.map(variantOf));
    expect(new Set(variants).size).toBe(2);
    expect(await Promise.all(IDS.map(variantOf))).toEqual(variants);
  });

  it('earns a purchase for the variant whose list was clicked', async () => {
    const first = await open({ experiment: { name: 'old', variants: [{ name: 'x' }] } });
    await first.track('click', 'a', CLICK);
    await first.close();
    const second = await open({ experiment: { name: 'new', variants: [{ name: 'y' }] } });
    await second.track('purchase', 'a', {});
    await second.track('purchase', 'b', {});
    expect((await log()).map(({ variant }) => variant)).toEqual(['old/x', 'old/x', 'new/y']);
    await second.close();
  });

  const idsOf = async (engine: Engine) => (await engine.recommend({ limit: 3 })).items.map(({ item }) => item.id);

  it('holds shoppers out of personal lists, and learns their events after it ends', async () => {
    const held = await open({ experiment: { ...experiment, holdout: 100 } });
    const before = await idsOf(held);
    await held.track('click', 'f', {});
    await held.settled();
    expect(await idsOf(held)).toEqual(before);
    expect(await held.status()).toMatchObject({ learning: false, events: 0 });
    expect((await last())?.variant).toBe('test/holdout');
    await held.close();
    const free = await open();
    expect(await free.status()).toMatchObject({ learning: true, events: 1 });
    expect((await free.recommend({})).items[0].source).toBe('personal');
    await free.close();
  });

  it('hides what the device learned before from lists that do not learn', () => {
    const known = {
      ...chose(3, 2, 1),
      residualScores: Float32Array.of(1),
      terms: termValues(catalog(), chose(3, 2, 1)),
    };
    const shown = new ExperimentAssignment(null, { learning: false }, () => undefined).state(known);
    expect([shown.history.rows, shown.terms, shown.residualScores]).toEqual([[], undefined, null]);
    expect(new ExperimentAssignment(null, { learning: true }, () => undefined).state(known)).toBe(known);
  });

  it('changes weights of terms and where a placement takes its list from', async () => {
    const variants = [{ name: 'a', weights: { popularity: 0 }, placements: { similar: 'trending' } as const }];
    const engine = await open({ experiment: { name: 'test', variants } });
    await engine.track('click', 'f', {});
    const { items } = await engine.recommend({});
    expect(items.every(({ contributions }) => contributions.popularity === undefined)).toBe(true);
    expect(items.some(({ contributions }) => contributions.recent !== undefined)).toBe(true);
    const similar = await engine.recommend({ placement: 'similar', itemId: 'a' });
    expect(similar.placement).toBe('similar');
    expect(similar.items.map(({ source }) => source)).toContain('popularity');
    await engine.close();
  });

  it('with an invalid field is refused, naming the field', async () => {
    const wrong = { name: 'test', variants: [{ name: 'a', weights: { popularity: -1 } }] };
    await expect(open({ experiment: wrong })).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringContaining('variants.0.weights.popularity'),
    });
  });
});
