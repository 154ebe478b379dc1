import { describe, expect, it } from 'vitest';
import { about, COOCCURRENCE, catalog, chose, state, WEIGHTS } from '../../../testing/rankings';
import { NO_RECORD } from '../../core/events';
import type { CatalogIndex } from './catalog-index';
import { explain } from './explanation/explain';
import { rank } from './rank';
import type { ExpertPart, RankState } from './rank-state';
import { scores } from './score';
import { recencyWeights, TERMS, termValues } from './terms/terms';

const request = { placement: 'for-you', row: null, limit: 3, exclude: new Set<number>() } as const;

describe('rank', () => {
  it('falls back to a varied start, then popularity, then content, then the personal score', () => {
    const plain = rank(catalog(), state(), request);
    expect(plain.map(({ row, source }) => [row, source])).toEqual([0, 4, 1].map((row) => [row, 'catalog']));

    const popular = catalog([{}, {}, {}, {}, {}, { popularity: 9 }, { popularity: 3 }]);
    const trending = rank(popular, state(), request);
    expect(trending.slice(0, 2).map(({ row }) => row)).toEqual([5, 6]);
    expect(trending[0].source).toBe('popularity');

    const similar = rank(popular, state(), { ...request, row: 1 });
    expect(similar.every(({ row, source }) => row < 4 && row !== 1 && source === 'content')).toBe(true);

    const personal = rank(popular, chose(4, 5), request);
    expect(
      personal
        .slice(0, 2)
        .map(({ row }) => row)
        .toSorted(),
    ).toEqual([6, 7]);
    expect(personal[0].source).toBe('personal');
  });

  it('calls no item popular if the shop has no popularity', () => {
    const sourcesOf = (index: CatalogIndex) =>
      rank(index, chose(4, 5), { ...request, limit: 8 }).map(({ source }) => source);
    expect(new Set(sourcesOf(catalog()))).toEqual(new Set(['personal', 'catalog']));
    expect(new Set(sourcesOf(catalog([{ popularity: 9 }])))).toEqual(new Set(['personal', 'popularity', 'catalog']));
    const [last] = rank(catalog(), chose(4, 5), { ...request, limit: 8 }).toReversed();
    expect(last.reason).toBe('');
  });

  it('calls only chosen items popular in a shop that knows its sales', () => {
    const listed = rank(catalog([{ popularity: 9 }, { popularity: undefined }, { popularity: 2 }]), state(), {
      ...request,
      placement: 'trending',
      limit: 8,
    });
    const known = listed.filter(({ reason }) => reason === 'Popular in this shop');
    expect(known.map(({ row, source }) => [row, source])).toEqual([0, 2].map((row) => [row, 'popularity']));
    expect(new Set(listed.map(({ reason, source }) => `${source} ${reason}`))).toEqual(
      new Set(['popularity Popular in this shop', 'catalog ']),
    );
  });

  it('names a past item or a category as the reason', () => {
    const [first] = rank(catalog(), chose(4, 5), request);
    expect(first.reason).toBe('Because you looked at “Item 5”');
  });

  it('does not say that a bought item, or one in the cart, was looked at', () => {
    for (const part of [{ owned: new Set([5]) }, { cart: new Set([5]) }]) {
      const [first] = rank(catalog(), { ...chose(4, 5), record: { ...NO_RECORD, ...part } }, request);
      expect(first.reason).toBe('Because you chose “Item 5”');
    }
  });

  it('names the co-occurring item if it contributes most, and the past item that contributes most for a preference', () => {
    const index = catalog([], COOCCURRENCE);
    const reasons = (other: RankState) =>
      new Map(rank(index, other, { ...request, limit: 8 }).map(({ row, reason }) => [row, reason]));
    const boughtTogether = reasons({
      ...chose(0, 4),
      weights: { ...WEIGHTS, boughtTogether: 2 * WEIGHTS.boughtTogether },
    });
    expect(boughtTogether.get(7)).toBe('Others chose it with “Item 0”');
    expect(boughtTogether.get(5)).toBe('Because you looked at “Item 4”');
    const residualScores = new Float32Array(8);
    residualScores[7] = 100;
    expect(reasons({ ...chose(0, 4), residualScores }).get(7)).toBe('Because you looked at “Item 0”');
    const categories = { ...chose(0, 4, 5, 6), weights: { ...WEIGHTS, boughtTogether: 20, category: 1000 } };
    expect(reasons(categories).get(7)).toBe('You often look at Sharp');
  });

  it('names a choice of a kept expert, with its time, if that expert contributes most to a preference', () => {
    const march = new Date(2026, 2, 10).getTime();
    const now = new Date(2026, 5, 20).getTime();
    const residualScores = new Float32Array(8);
    residualScores[7] = 100;
    const part = (id: number, state: ExpertPart['state'], contribution: number, ...rows: number[]): ExpertPart => ({
      id,
      state,
      contribution,
      choices: rows.map((row) => ({ row, time: march })),
    });
    const reason = (parts: ExpertPart[], preference = 1): string | undefined => {
      const shopper = { ...chose(5, 0), residualScores, weights: { ...WEIGHTS, preference }, expertParts: () => parts };
      return rank(catalog(), shopper, { ...request, limit: 8, now }).find(({ row }) => row === 7)?.reason;
    };
    const generalist = part(0, 'generalist', 40, 4, 5, 0);
    const earlier = 'Like “Item 4”, which you looked at in March';
    expect(reason([generalist, part(3, 'frozen', 60, 4, 0)])).toBe(earlier);
    expect(reason([generalist, part(3, 'active', 60, 4, 0)])).toBe(earlier);
    const plain = 'Because you looked at “Item 5”';
    expect(reason([generalist, part(3, 'frozen', 30, 4, 0), part(4, 'frozen', 30, 4)])).toBe(plain);
    expect(reason([generalist, part(3, 'candidate', 60, 4, 0)])).toBe(plain);
    // An item is not a reason for itself.
    expect(reason([generalist, part(3, 'frozen', 60, 7)])).toBe(plain);
    // Content contributes more: the nearest of all past items, with its time if it is one of the expert's.
    expect(reason([part(3, 'frozen', 60, 4, 0)], 1e-3)).toBe(plain);
    expect(reason([part(3, 'frozen', 60, 5, 0)], 1e-3)).toBe('Like “Item 5”, which you looked at in March');
    expect(reason([part(3, 'frozen', 60, 5, 0)], -1e-3)).toBe(plain);
  });

  it('treats an item of unknown popularity as average', () => {
    const index = catalog([{}, {}, {}, { popularity: undefined }, {}, { popularity: 9 }]);
    const order = rank(index, state(), { ...request, limit: 8 }).map(({ row }) => row);
    expect(order.slice(0, 2)).toEqual([5, 3]);
  });

  it('promotes items too new to have a popularity, if most items have one', () => {
    const known = { popularity: 4 };
    const mostly = catalog([known, known, known, known, known, {}, { popularity: undefined }, known]);
    expect([...mostly.coldStart]).toEqual([0, 0, 0, 0, 0, 0, 1, 0]);
    const lifted = rank(mostly, chose(4, 5), request);
    expect(lifted[0].row).toBe(6);
    expect(lifted[0].contributions.coldStart).toBe(WEIGHTS.coldStart);
    const few = catalog(Array.from({ length: 8 }, (_, row) => (row === 0 ? known : { popularity: undefined })));
    expect([...few.coldStart].every((value) => value === 0)).toBe(true);
  });

  it('never returns items in view, excluded, dismissed, out of stock or just chosen', () => {
    const index = catalog([{}, {}, { availability: 'out-of-stock' }]);
    const history = { rows: [0], strengths: [1], dismissed: new Set([3]) };
    const all = rank(index, state(history), { ...request, row: 4, limit: 100, exclude: new Set([5]) });
    expect(all.map(({ row }) => row).toSorted()).toEqual([1, 6, 7]);
  });

  it('puts items like a dismissed one lower', () => {
    const before = rank(catalog(), state({ rows: [0, 4], strengths: [1, 1] }), { ...request, limit: 8 });
    const after = rank(catalog(), state({ rows: [0, 4], strengths: [1, 1], dismissed: new Set([7]) }), {
      ...request,
      limit: 8,
    });
    const place = (list: typeof before) => list.findIndex(({ row }) => row === 6) / list.length;
    expect(place(after)).toBeGreaterThan(place(before));
  });

  it('lists the history newest first for `recent`', () => {
    const recent = rank(catalog(), state({ rows: [2, 5, 2, 6], strengths: [1, 1, 1, 1] }), {
      ...request,
      placement: 'recent',
    });
    expect(recent.map(({ row }) => row)).toEqual([6, 2, 5]);
  });

  it('has an empty `recent` for a new shopper, also with pins, and never the item in view', () => {
    const recent = { ...request, placement: 'recent', limit: 8 } as const;
    const popular = catalog([{ popularity: 9 }]);
    const rules = { pin: [{ itemId: 'item-3', position: 0 }] };
    expect(rank(popular, state(), recent)).toEqual([]);
    expect(rank(popular, state(), { ...recent, row: 2, rules })).toEqual([]);
    expect(rank(popular, chose(2), { ...recent, row: 2 })).toEqual([]);
    expect(rank(popular, chose(2, 3, 5), { ...recent, row: 2, rules }).map(({ row }) => row)).toEqual([3, 5]);
  });

  it('never gives an item as its own reason', () => {
    const reasonOf = (rows: number[], index = catalog()) =>
      rank(index, chose(...rows), { ...request, limit: 8, rules: { excludeRecent: 0 } }).find(({ row }) => row === 5)
        ?.reason;
    expect(reasonOf([4, 5])).toBe('Because you looked at “Item 4”');
    expect(reasonOf([5])).toBe('Chosen for you');
    // A table by which item 5 goes with itself and with item 0.
    const boughtTogether = {
      ...COOCCURRENCE,
      offsets: Uint32Array.of(0, 1, 1, 1, 1, 1, 2, 2, 2),
      rows: Uint32Array.of(5, 5),
      lifts: Float32Array.of(4, 9),
    };
    expect(reasonOf([0, 5], catalog([], boughtTogether))).toBe('Others chose it with “Item 0”');
    for (const placement of ['similar', 'complement'] as const) {
      const explained = explain(catalog(), chose(5), { ...request, placement, row: 5 }, 5);
      expect(explained.contributors).toEqual([]);
      expect(explained.reason).toBe('');
    }
  });

  it('leaves out the last 40 choices, or as many as a rule says', () => {
    const rows = Array.from({ length: 50 }, (_, n) => (n < 42 ? n % 6 : 6));
    const listed = (excludeRecent?: number) =>
      rank(catalog(), chose(...rows), { ...request, limit: 8, rules: { excludeRecent } })
        .map(({ row }) => row)
        .toSorted();
    expect(listed()).toEqual([7]);
    expect(listed(10)).toEqual([0, 1, 2, 3, 7]);
    expect(listed(0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('counts a non-finite term as 0', () => {
    const broken = Float32Array.of(0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0, 0.25);
    const shopper = { ...chose(4, 5), residualScores: broken };
    const values = termValues(catalog(), shopper);
    expect([...values.preference]).toEqual([0.5, 0, 0, 0, 0, 0, 0, 0.25]);
    expect(broken[1]).toBeNaN();
    const weights = { ...WEIGHTS, popularity: Number.NaN, category: Number.POSITIVE_INFINITY };
    for (const one of [shopper, { ...shopper, weights }]) {
      const list = rank(catalog(), one, { ...request, limit: 8 });
      expect(list.map(({ row }) => row).toSorted()).toEqual([0, 1, 2, 3, 6, 7]);
      for (const { score, contributions } of list) {
        const sum = Object.values(contributions).reduce((total, contribution) => total + contribution, 0);
        expect(score).toBeCloseTo(sum, 4);
      }
    }
  });

  it('keeps its order, and the deviation that rules use, beside an item whose score is NaN', () => {
    const plain = catalog([{ popularity: 9 }, { popularity: 5 }, {}, { popularity: 2 }]);
    const broken = { ...plain, logPopularity: plain.logPopularity.slice() };
    broken.logPopularity[1] = Number.NaN;
    const rules = { boost: [{ filter: { id: 'item-7' }, strength: 10 }], diversity: 0.2 };
    for (const given of [{}, rules]) {
      const [list, without] = [broken, plain].map((index) =>
        rank(index, state(), {
          ...request,
          placement: 'trending',
          limit: 8,
          exclude: new Set(index === plain ? [1] : []),
          rules: given,
        }),
      );
      expect(list.map(({ row }) => row)).toEqual(without.map(({ row }) => row));
      for (const [place, { score }] of list.entries()) expect(score).toBeCloseTo(without[place].score, 5);
    }
  });

  it('lists for `complement` only items that others chose with the item in view', () => {
    const index = catalog([], COOCCURRENCE);
    const complement = { ...request, placement: 'complement' } as const;
    const known = rank(index, state(), { ...complement, ...about(0) });
    expect(
      known.map(({ row, score, source, contributions, reason }) => [row, score, source, contributions, reason]),
    ).toEqual(
      [7, 6].map((row) => {
        const lift = row === 7 ? 5 : 3;
        return [row, lift, 'boughtTogether', { boughtTogether: lift }, 'Others chose it with “Item 0”'];
      }),
    );
    const excluded = rank(index, state({ dismissed: new Set([6]) }), {
      ...complement,
      ...about(0),
      exclude: new Set([0, 7]),
    });
    expect(excluded[0].source).toBe('style');
    expect(rank(index, state(), complement)[0].source).toBe('catalog');
  });

  it('lists for `complement` other categories in the same style if co-occurrence is unknown, and says so', () => {
    const complement = { ...request, placement: 'complement', limit: 8 } as const;
    const style = rank(catalog(), state(), { ...complement, ...about(1) });
    expect(style.map(({ row }) => row).toSorted()).toEqual([4, 5, 6, 7]);
    expect(style[0].row).toBe(7);
    for (const { source, reason } of style) expect([source, reason]).toEqual(['style', 'In the style of “Item 1”']);
    const alike = Array.from({ length: 8 }, () => ({ category: 'Fruit' }));
    const similar = rank(catalog(alike), state(), { ...complement, ...about(1) });
    expect(similar[0].source).toBe('content');
  });

  it('adds a little for category and price to content similarity, as contributions', () => {
    const [first] = rank(catalog(), state(), { ...request, placement: 'similar', row: 0, limit: 1 });
    const { text, image, sameCategory, price } = first.contributions;
    expect([sameCategory, price]).toEqual([expect.closeTo(0.1), expect.closeTo(0.1)]);
    expect(text + image + sameCategory + price).toBeCloseTo(first.score, 5);
  });

  it('falls through to popularity for an item without features', () => {
    const index = catalog();
    index.content.values.fill(0, 0, index.content.width);
    expect(rank(index, state(), { ...request, placement: 'similar', row: 0 })[0].source).toBe('catalog');
  });
});

describe('termValues', () => {
  it('is zero everywhere without a history and cannot change the order', () => {
    const values = termValues(catalog(), state());
    for (const name of TERMS) expect(values[name].every((x) => x === 0)).toBe(true);
  });

  it('counts an event half after 20 others, and newer choices more', () => {
    expect(recencyWeights(new Array(21).fill(1))[0]).toBeCloseTo(0.5);
    const values = termValues(catalog(), chose(0, 4));
    expect(values.recent[4]).toBeGreaterThan(values.recent[0]);
  });

  it('prefers the categories of the history, comparable prices and neighbouring items', () => {
    const values = termValues(catalog(), chose(0, 1));
    expect(values.category[2]).toBeGreaterThan(0);
    expect(values.category[5]).toBeLessThan(0);
    expect(values.numericAffinity[2]).toBeCloseTo(Math.log(1.05));
    expect(values.numericAffinity[5]).toBeLessThan(-1);
  });

  it('uses co-occurrence if known, and the residual scores unchanged', () => {
    const { boughtTogether } = termValues(catalog([], COOCCURRENCE), chose(0));
    expect([boughtTogether[0], boughtTogether[6], boughtTogether[7]]).toEqual([0, 3, 5]);
    expect(termValues(catalog(), chose(0)).boughtTogether.every((x) => x === 0)).toBe(true);
    const residualScores = Float32Array.from({ length: 8 }, (_, row) => row - 4);
    // A single dismissal is also something to learn from.
    expect(termValues(catalog(), { ...state(), residualScores }).preference).toEqual(residualScores);
  });

  it('adds up to the score', () => {
    const values = termValues(catalog([], COOCCURRENCE), chose(0));
    const total = scores(values, WEIGHTS);
    const byHand = TERMS.reduce((sum, name) => sum + WEIGHTS[name] * values[name][6], 0);
    expect(total[6]).toBeCloseTo(byHand, 5);
  });
});
