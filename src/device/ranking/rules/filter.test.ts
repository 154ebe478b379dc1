import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { makeItem } from '../../../../testing/bundles';
import { type Filter, filteredCategories, filterSchema, itemFilter } from './filter';

const TEE = makeItem('tee', {
  title: 'Blue tee',
  category: 'Men/Tops/Tees|Sale',
  price: 20,
  rating: { value: 4.5, count: 12 },
  attributes: {
    tags: ['new', 'red'],
    color: 'blue',
    sizes: 4,
    organic: true,
    since: '2026-03-01',
    'wash.temperature': 40,
  },
});
const MAT = makeItem('mat', { category: 'Gear/Fitness', availability: 'out-of-stock' });
const ITEMS = [TEE, MAT];

/** Ids of the items that fit a filter, which must be valid. */
const fits = (filter: Filter): string[] => ITEMS.filter(itemFilter(v.parse(filterSchema, filter))).map(({ id }) => id);

describe('itemFilter', () => {
  it.each<[Filter, string[]]>([
    [{}, ['tee', 'mat']],
    [{ id: 'tee' }, ['tee']],
    [{ category: 'Men' }, ['tee']],
    [{ category: 'Men/Tops' }, ['tee']],
    [{ category: 'Men/Top' }, []],
    [{ category: { $in: ['Gear', 'Sale'] } }, ['tee', 'mat']],
    [{ category: { $nin: ['Sale'] } }, ['mat']],
    [{ category: { $ne: 'Gear' } }, ['tee']],
    [{ price: 20 }, ['tee']],
    [{ price: { $gte: 20, $lt: 30 } }, ['tee']],
    [{ price: { $gt: 20 } }, []],
    [{ price: { $lte: 19.99 } }, []],
    [{ price: { $ne: 3 } }, ['tee', 'mat']],
    [{ price: { $nin: [20] } }, ['mat']],
    [{ availability: { $in: ['in-stock', 'preorder'] } }, ['tee']],
    [{ 'attributes.color': { $in: ['red', 'blue'] } }, ['tee']],
    [{ 'attributes.sizes': { $gte: 3 } }, ['tee']],
    [{ 'attributes.sizes': { $gte: '3' } }, []],
    [{ 'attributes.organic': true }, ['tee']],
    [{ 'attributes.since': { $gte: '2026-01-01', $lt: '2026-04-01' } }, ['tee']],
    [{ 'attributes.wash.temperature': 40 }, ['tee']],
    [{ 'attributes.constructor': { $ne: 1 } }, ['tee', 'mat']],
    [{ 'attributes.toString': { $gt: '' } }, []],
    [{ $and: [{ category: 'Men' }, { price: { $lt: 10 } }] }, []],
    [{ $or: [{ price: { $lt: 10 } }, { id: 'mat' }] }, ['mat']],
    [{ $not: { category: 'Men' }, availability: 'out-of-stock' }, ['mat']],
    [{ $or: [] }, []],
    [{ 'attributes.tags': { $contains: 'red' } }, ['tee']],
    [{ 'attributes.tags': { $contains: 're' } }, []],
    [{ 'attributes.tags': 'red' }, []],
    [{ 'attributes.color': { $contains: 'blue' } }, ['tee']],
    [{ rating: { $gte: 4 } }, ['tee']],
  ])('%j fits %j', (filter, ids) => {
    expect(fits(filter)).toEqual(ids);
  });
});

/** Place and reason of a filter's fault. */
function fault(filter: unknown): string | null {
  const result = v.safeParse(v.object({ filter: filterSchema }), { filter });
  if (result.success) return null;
  return `${v.getDotPath(result.issues[0])}: ${result.issues[0].message}`;
}

const nested = (depth: number): unknown => (depth === 1 ? { price: 1 } : { $not: nested(depth - 1) });

describe('filterSchema', () => {
  it.each<[unknown, string]>([
    [null, 'filter: must be a filter'],
    [[], 'filter: must be a filter'],
    [{ colour: 'red' }, 'filter.colour: is neither a field nor a combination'],
    [{ 'attributes.': 1 }, 'filter.attributes.: is neither'],
    [{ $or: [{ id: 'a' }, { price: { $gt: true } }] }, 'filter.$or.1.price.$gt: must be a finite number or a text'],
    [{ $or: { id: 'a' } }, 'filter.$or: must be a list of filters'],
    [{ 'attributes.tags': { $contains: ['red'] } }, 'filter.attributes.tags.$contains: must be a text'],
    [{ price: { $above: 3 } }, 'filter.price.$above: is not an operator'],
    [{ price: Number.NaN }, 'filter.price: must be a text, a finite number or a boolean'],
    [{ price: {} }, 'filter.price: must be'],
    [{ id: { $in: ['a', null] } }, 'filter.id.$in.1: must be'],
    [{ id: ['a'] }, 'filter.id: must be'],
    [{ $not: { price: { $eq: [1] } } }, 'filter.$not.price.$eq: must be'],
  ])('names the place of the fault in %j', (filter, message) => {
    expect(fault(filter)).toContain(message);
  });

  it('bounds depth and size', () => {
    expect(fault(nested(8))).toBeNull();
    expect(fault(nested(9))).toContain('at most 8 levels deep');
    const ids = (count: number) => ({ id: { $in: Array.from({ length: count }, (_, n) => `${n}`) } });
    expect(fault(ids(1998))).toBeNull();
    expect(fault(ids(1999))).toContain('filter.id.$in: a filter has at most 2000 parts');
    expect(fault({ $or: Array.from({ length: 2000 }, () => ({ id: 'a' })) })).toContain('at most 2000 parts');
  });

  it('names the categories in which it looks for items', () => {
    const tops = { category: 'Men/Tops|Sale' };
    const either: Filter = { $or: [{ category: { $eq: 'Women' } }, { category: { $in: ['Kids', 'Sale'] } }] };
    expect(filteredCategories(tops)).toEqual(['Men/Tops', 'Sale']);
    expect(filteredCategories({ price: 3, $and: [tops, either] })).toEqual([
      'Men/Tops',
      'Sale',
      'Women',
      'Kids',
      'Sale',
    ]);
    expect(filteredCategories({ category: { $nin: ['Men'] }, $not: tops, id: 'a' })).toEqual([]);
  });

  it('throws only its own error for any input, and accepted filters can be applied', () => {
    const names = fc.constantFrom('$and', '$or', '$not', 'price', 'category', 'attributes.a', '$in', '$gt', '$eq', 'x');
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<unknown>(null, 1, Number.NaN, 'a', true, undefined),
        fc.array(tie('any'), { maxLength: 3 }),
        fc.dictionary(names, tie('any'), { maxKeys: 3 }),
      ),
    })).any;
    fc.assert(
      fc.property(value, (filter) => {
        const result = v.safeParse(filterSchema, filter);
        if (result.success) for (const item of ITEMS) expect(typeof itemFilter(result.output)(item)).toBe('boolean');
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});
