import { describe, expect, it } from 'vitest';
import type { Item } from '../item';
import { type PreviousShards, planShards, type Space } from './shard-plan';

type Member = Pick<Item, 'id' | 'group'>;
const TARGET = 10;
/** Sorted by id as by number. */
const idOf = (n: number): string => `i${String(n).padStart(4, '0')}`;
const membersOf = (values: readonly number[]): Member[] => values.map((_, n) => ({ id: idOf(n) }));
/** Places on a line. */
const line = (values: readonly number[]) => (): Space => ({ dims: 1, values: Float32Array.from(values) });
const upTo = (count: number): number[] => [...Array(count).keys()];

const previousOf = (items: readonly Member[], shards: readonly (readonly number[])[]): PreviousShards => {
  const shardOf = new Uint32Array(items.length);
  for (const [shard, rows] of shards.entries()) for (const row of rows) shardOf[row] = shard;
  return { items, shardOf };
};
const ids = (items: readonly Member[], shards: readonly (readonly number[])[]): string[][] =>
  shards.map((rows) => rows.map((row) => items[row].id));

describe('planShards', () => {
  it('makes shards of bounded size of neighbours', () => {
    const values = upTo(95).map((n) => (n * 37) % 95);
    const shards = planShards(membersOf(values), line(values), TARGET, null);
    expect(shards.flat().sort((a, b) => a - b)).toEqual(upTo(95));
    for (const { length } of shards) expect(length).toBeLessThanOrEqual(1.25 * TARGET);
    expect(shards.length).toBeLessThanOrEqual(16);
    const ranges = shards.map((rows) => rows.map((row) => values[row]).sort((a, b) => a - b));
    for (const range of ranges) expect((range.at(-1) ?? 0) - range[0]).toBe(range.length - 1);
  });

  it('divides equal items too, and one item is a shard', () => {
    const same = new Array(40).fill(3);
    const plan = planShards(membersOf(same), line(same), TARGET, null);
    for (const { length } of plan) expect(length).toBeLessThanOrEqual(1.25 * TARGET);
    expect(plan.flat().sort((a, b) => a - b)).toEqual(upTo(40));
    expect(planShards(membersOf([1]), line([1]), TARGET, null)).toEqual([[0]]);
  });

  const values = upTo(40);
  const items = membersOf(values);
  const shards = planShards(items, line(values), TARGET, null);
  const before = previousOf(items, shards);

  it('keeps every item in its shard, wherever it lies now and in whichever order it comes', () => {
    const turned = items.toReversed();
    const elsewhere = values.map((value) => (value * 17) % 40);
    expect(ids(turned, planShards(turned, line(elsewhere), TARGET, before))).toEqual(ids(items, shards));
  });

  it('puts new items into the nearest shard, and takes those that went out of theirs', () => {
    const now = [...items.slice(1), { id: 'new' }];
    const shard = shards.findIndex((rows) => rows.includes(25));
    const after = ids(now, planShards(now, line([...values.slice(1), 25]), TARGET, before));
    const expected = ids(items, shards).map((of) => of.filter((id) => id !== idOf(0)));
    expected[shard].push('new');
    expect(after).toEqual(expected);
  });

  it('splits only a shard that became too large; its other parts get the last numbers', () => {
    const added = Array.from({ length: 11 }, (_, n) => ({ id: `new-${n}` }));
    const now = [...items, ...added];
    const shard = shards.findIndex((rows) => rows.includes(25));
    const after = ids(now, planShards(now, line([...values, ...added.map(() => 25)]), TARGET, before));
    expect(after.length).toBeGreaterThan(shards.length);
    const others = (of: string[][]) => of.filter((_, n) => n !== shard).slice(0, shards.length - 1);
    expect(others(after)).toEqual(others(ids(items, shards)));
    const parts = [after[shard], ...after.slice(shards.length)];
    expect(parts.flat().sort()).toEqual([...ids(items, shards)[shard], ...added.map(({ id }) => id)].sort());
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(1.25 * TARGET);
  });

  it('gives the number of an empty shard to the last one', () => {
    const rows = upTo(40).filter((row) => !shards[0].includes(row));
    const now = rows.map((row) => items[row]);
    const after = planShards(now, line(rows), TARGET, before);
    const [, ...others] = ids(items, shards);
    expect(ids(now, after)).toEqual([others[others.length - 1], ...others.slice(0, -1)]);
  });

  it.each([19, 81])('starts from scratch when a catalogue of 40 has %i items', (count) => {
    const now = upTo(count);
    expect(planShards(membersOf(now), line(now), TARGET, before)).toEqual(
      planShards(membersOf(now), line(now), TARGET, null),
    );
  });

  describe('with variants', () => {
    /** Products of three variants, far from each other. */
    const far = upTo(60).map((n) => (n * 17) % 60);
    const variants = far.map((_, n) => ({ id: idOf(n), group: `g${n % 20}` }));
    const productsOf = (of: readonly Member[], plan: readonly (readonly number[])[]) =>
      plan.map((rows) => new Set(rows.map((row) => of[row].group)));

    it('keeps those of a product together, in a new catalogue and when one comes', () => {
      const plan = planShards(variants, line(far), TARGET, null);
      expect(productsOf(variants, plan).reduce((sum, { size }) => sum + size, 0)).toBe(20);
      for (const { length } of plan) expect(length).toBeLessThanOrEqual(2 * TARGET);
      const now = [{ id: 'a new first one', group: 'g7' }, ...variants, { id: 'new', group: 'new' }];
      const after = planShards(now, line([59, ...far, 0]), TARGET, previousOf(variants, plan));
      expect(productsOf(now, after).reduce((sum, { size }) => sum + size, 0)).toBe(21);
    });

    it('splits a product only if it has more of them than a shard may hold', () => {
      const huge = variants.map((item, row) => (row < 45 ? { ...item, group: 'huge' } : { id: item.id }));
      const plan = planShards(huge, line(far), TARGET, null);
      for (const { length } of plan) expect(length).toBeLessThanOrEqual(2 * TARGET);
      expect(productsOf(huge, plan).filter((products) => products.has('huge')).length).toBeGreaterThan(1);
      expect(plan.flat().sort((a, b) => a - b)).toEqual(upTo(60));
    });
  });
});
