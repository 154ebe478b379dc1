import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { exactObject } from './schema';

const schema = exactObject({ limit: v.number(), placement: v.optional(v.string()), itemId: v.optional(v.string()) });
const messageOf = (input: unknown) => v.safeParse(schema, input).issues?.map(({ message }) => message);

describe('an exact object', () => {
  it('accepts the known names', () => {
    expect(v.parse(schema, { limit: 1, placement: 'a' })).toEqual({ limit: 1, placement: 'a' });
  });

  it.each([
    ['limt', 'limit'],
    ['placment', 'placement'],
    ['LIMITS', 'limit'],
    ['itemid', 'itemId'],
    ['itmeId', 'itemId'],
  ])('refuses %s and suggests the intended name', (name, meant) => {
    expect(messageOf({ limit: 1, [name]: 1 })).toEqual([`Unknown option "${name}". Did you mean "${meant}"?`]);
  });

  it('lists the known names if none is similar, however long the name', () => {
    const there = 'Known options: limit, placement, itemId';
    expect(messageOf({ limit: 1, colour: 1 })).toEqual([`Unknown option "colour". ${there}`]);
    const long = 'x'.repeat(100_000);
    expect(messageOf({ limit: 1, [long]: 1 })).toEqual([`Unknown option "${long}". ${there}`]);
  });

  it('names a missing entry', () => {
    expect(messageOf({})).toEqual(['is missing']);
  });
});
