import { describe, expect, it } from 'vitest';
import {
  changed,
  differences,
  draftsOf,
  entryOf,
  fileOf,
  formOf,
  newDraft,
  pinned,
  problemWords,
  unpinned,
  words,
} from './model';

const ENTRIES = [
  { name: 'On top', placements: ['trending'], pin: [{ itemId: 'a', position: 0 }] },
  { from: '2026-11-27T08:00', until: '2026-11-30', boost: [{ filter: { category: 'Sale' }, strength: 2 }] },
  { bury: [{ filter: { 'attributes.tags': { $contains: 'old' } } }] },
  { filter: { $not: { 'attributes.recalled': true } } },
];
const file = (...rules: unknown[]): string => JSON.stringify({ version: 1, rules });
const now = Date.parse('2026-06-01');
const titleOf = (id: string): string => `Product ${id}`;

describe('formOf', () => {
  it('reads what the form can express, and the same entry is written again', () => {
    for (const entry of ENTRIES) {
      const form = formOf(entry);
      expect(form && entryOf(form)).toEqual(entry);
    }
  });

  it('leaves everything else to the file', () => {
    for (const entry of [
      null,
      {},
      { diversity: 0.3 },
      { from: '2026-11-27T08:00Z', pin: [] },
      { pin: [], filter: { $not: { category: 'A' } } },
      { boost: [{ filter: { category: 'A' } }, { filter: { category: 'B' } }] },
      { boost: [{ filter: { category: 'A', id: 'b' } }] },
      { boost: [{ filter: { price: 3 } }] },
      { filter: { category: 'A' } },
      { placements: ['nowhere'], pin: [] },
    ])
      expect(formOf(entry), JSON.stringify(entry)).toBeNull();
    const [draft, other] = draftsOf(file({ pins: [], diversity: 9 }, ENTRIES[0]));
    expect(draft && changed(draft, { name: 'x' })).toBe(draft);
    expect(JSON.parse(fileOf([draft, other].flatMap((one) => one ?? [])))).toEqual({
      version: 1,
      rules: [{ pins: [], diversity: 9 }, ENTRIES[0]],
    });
  });
});

it('refuses a file that has no rules', () => {
  for (const text of ['', '{', '[]', '{"version": 2, "rules": []}']) expect(() => draftsOf(text)).toThrow();
});

describe('pinned', () => {
  const place = { placement: 'trending', now } as const;
  const entries = (drafts: ReturnType<typeof draftsOf>) => drafts.map(({ entry }) => entry);

  it('adds a rule for the list, and then puts further pins into it', () => {
    const one = pinned([], { itemId: 'a', position: 2 }, place);
    const two = pinned(one, { itemId: 'b', position: 0 }, place);
    const three = pinned(two, { itemId: 'c', position: 2 }, place);
    expect(entries(three)).toEqual([
      {
        name: 'Pinned in “Popular right now”',
        placements: ['trending'],
        pin: [
          { itemId: 'b', position: 0 },
          { itemId: 'c', position: 2 },
        ],
      },
    ]);
  });

  it('moves a pin in the rule that has it, and changes no rule of other lists or of another time', () => {
    const drafts = draftsOf(
      file(
        { pin: [{ itemId: 'a', position: 0 }] },
        { placements: ['similar'], pin: [] },
        { placements: ['trending'], until: '2026-05-01', pin: [] },
      ),
    );
    expect(entries(pinned(drafts, { itemId: 'a', position: 1 }, place))).toEqual([
      { pin: [{ itemId: 'a', position: 1 }] },
      ...entries(drafts).slice(1),
    ]);
    expect(pinned(drafts, { itemId: 'b', position: 1 }, place)).toHaveLength(4);
  });

  it('is undone by unpinned, which removes an empty rule', () => {
    const drafts = draftsOf(file({ pin: [{ itemId: 'a', position: 0 }] }, { placements: ['similar'], pin: [] }));
    const both = pinned(drafts, { itemId: 'b', position: 3 }, place);
    expect(entries(unpinned(both, 'b', place))).toEqual(entries(drafts));
    expect(entries(unpinned(drafts, 'a', place))).toEqual(entries(drafts).slice(1));
  });
});

it('says in words what a rule does, and what saving changes', () => {
  expect(ENTRIES.map((entry) => words(entry, titleOf))).toEqual([
    'Pin “Product a” at place 1; in “Popular right now”',
    'Raise category “Sale”; strength 2; from 2026-11-27 08:00; until 2026-11-30',
    'Lower tags “old”',
    'Hide recalled “true”',
  ]);
  const before = draftsOf(file(...ENTRIES));
  expect(differences(before, before, titleOf)).toEqual([]);
  const [one, two, , four] = before;
  if (!one || !two || !four) throw new Error('The file has four rules.');
  const added = newDraft({ kind: 'hide', condition: { field: 'id', match: 'z' } });
  const after = [four, changed(one, { placements: [] }), changed(two, { name: 'Sale' }), added];
  expect(differences(before, after, titleOf).map(({ what, text }) => `${what}: ${text}`)).toEqual([
    'Changed: Pin “Product a” at place 1; in “Popular right now” → Pin “Product a” at place 1',
    'Changed: Raise category “Sale”; strength 2; from 2026-11-27 08:00; until 2026-11-30: its name',
    'Added: Hide product “Product z”',
    'Removed: Lower tags “old”',
    'Order: Rules apply in another order: where two disagree, the later one wins.',
  ]);
});

it('says problems in the words of the form', () => {
  const taken = 'has no effect while both apply: position 0 is taken by pin.1 of "Sale"';
  expect([
    problemWords('boost.0.strength', 'must be at most 10'),
    problemWords('filter.$not.attributes.colour', 'no item has it'),
    problemWords('pin.0', taken),
    problemWords('categoryCap.max', 'must be 1 or more'),
    problemWords('', 'changes nothing'),
  ]).toEqual([
    'Strength: must be at most 10',
    'colour: no item has it',
    'has no effect while both apply: place 1 is taken by another pin of "Sale"',
    'categoryCap.max: must be 1 or more',
    'changes nothing',
  ]);
});
