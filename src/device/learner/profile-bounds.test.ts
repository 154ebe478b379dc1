import { describe, expect, it } from 'vitest';
import { CATEGORIES, categoryTable } from '../../../testing/experts';
import { PROFILE } from '../../../testing/profiles';
import type { Item } from '../../core/catalog';
import type { EventType, LoggedEvent } from '../../core/events';
import { catalogIndex, TERMS } from '../ranking';
import { Learner, type LearnerCatalog } from './learner';
import { decodeProfile, encodeProfile, parseProfile, readProfile } from './profile';

const COUNT = 120;
const table = categoryTable(COUNT, 8, { text: 8, image: 8 });

function catalog(): LearnerCatalog {
  const items = Array.from({ length: COUNT }, (_, row): Item => {
    const category = `c${row % CATEGORIES}`;
    return { id: `i${row}`, title: `Item ${row}`, description: '', category, availability: 'in-stock', attributes: {} };
  });
  const blend = { text: { tap: 1, weight: 0.5 }, image: { tap: 1, weight: 0.5 } };
  return { table, blend, index: catalogIndex(items, table, blend) };
}

const shop = catalog();
const event = (id: number, row: number, type: EventType = 'click'): LoggedEvent => ({
  id,
  type,
  itemId: `i${row}`,
  time: 1_700_000_000_000 + 1000 * id,
});
const newLearner = (): Learner => new Learner(shop);

const refused = (code: string) => expect.objectContaining({ code });
const record = { owned: [], cart: [], shown: [], visit: { start: 0, last: 0 } };
const shown = { item: 'a', times: 1, choice: 1, time: 1 };
const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `i${n}`);
const history = (changes: object): object => ({ history: { ...PROFILE.history, ...changes } });
/** The profile with changes in its experts; the third is a candidate. */
const experts = (changes: object): object => ({ experts: { ...PROFILE.experts, ...changes } });
const member = (at: number, changes: object): object =>
  experts({ members: PROFILE.experts.members.map((one, n) => (n === at ? { ...one, ...changes } : one)) });
const expert = (changes: object): object => member(1, { expert: { ...PROFILE.experts.members[1].expert, ...changes } });
const weights = (part: 'theta' | 'squares', changes: object): object => {
  const { weights: own } = PROFILE.experts.members[1].expert;
  return expert({ weights: { ...own, [part]: { ...own[part], ...changes } } });
};
const block = (changes: object): object =>
  expert({ blocks: { 'content 2': { theta: 0, squares: 0, readout: new Float32Array(2), ...changes } } });
const [generalist, specialist, candidate] = PROFILE.experts.members;

describe('a stored profile beyond the bounds of a learner is refused:', () => {
  const cases: [string, object][] = [
    ['a factor that no update leaves', weights('theta', { recent: 1000 })],
    ['the same downwards', weights('theta', { recent: -1.1 })],
    ['a weight that only the shop sets', weights('theta', { coldStart: 1 })],
    ['negative squares', weights('squares', { recent: -1 })],
    ['squares that end all learning', weights('squares', { recent: 1e308 })],
    ['a strength that no event has', history({ strengths: [1, 1e308, 1] })],
    ['fewer strengths than items', history({ strengths: [1] })],
    ['a longer history than is stored', history({ items: ids(1001), strengths: ids(1001).map(() => 1), total: 1001 })],
    ['more dismissals than are stored', history({ dismissed: ids(1001) })],
    ['fewer choices in total than listed', history({ total: 2 })],
    ['a number of choices beyond safe integers', history({ total: 1e300 })],
    ['an impression counted without bound', history({ record: { ...record, shown: [{ ...shown, times: 1e308 }] } })],
    ['an impression at an invalid time', history({ record: { ...record, shown: [{ ...shown, time: 1e300 }] } })],
    ['a visit at an invalid time', history({ record: { ...record, visit: { start: 1e300, last: 1e300 } } })],
    ['more products than are remembered', history({ record: { ...record, owned: ids(1001) } })],
    ['a read-out that overflows', block({ readout: Float32Array.of(3e38, 0) })],
    ['a read-out that is not finite', block({ readout: Float32Array.of(Number.NaN, 0) })],
    ['a read-out wider than any block', block({ readout: new Float32Array(100_001) })],
    ["a block's factor that no update leaves", block({ theta: -1.1 })],
    ["a block's squares that end all learning", block({ squares: 1e308 })],
    [
      'read-outs of more blocks than there are',
      expert({
        blocks: Object.fromEntries(
          ids(10_001).map((id) => [id, { theta: 0, squares: 0, readout: new Float32Array(1) }]),
        ),
      }),
    ],
    ['more choices than an expert names', expert({ chosen: ids(65).map((item) => ({ item, time: 1 })) })],
    ['a choice of an expert at an invalid time', expert({ chosen: [{ item: 'a', time: 1e300 }] })],
    ['more dismissals than an expert knows', expert({ dismissed: ids(201).map((item) => ({ item, choices: 0 })) })],
    [
      'an expert put by with a read-out that overflows',
      member(2, {
        trial: {
          place: 0,
          before: [
            {
              id: 3,
              expert: { ...specialist.expert, blocks: { x: { theta: 0, squares: 0, readout: Float32Array.of(3e38) } } },
            },
          ],
        },
      }),
    ],
    [
      'more experts put by than are kept',
      member(2, {
        trial: { place: 0, before: ids(5).map((_, id) => ({ id, expert: specialist.expert })) },
      }),
    ],
    [
      'more experts than are kept',
      experts({
        members: [generalist, ...ids(4).map((_, n) => ({ ...specialist, id: n + 1, weight: 0.75 / 4 }))],
      }),
    ],
    ['two generalists', member(1, { kind: 'generalist' })],
    ['no generalist', member(0, { kind: 'specialist' })],
    ['no experts', experts({ members: [] })],
    ['two experts of one id', member(1, { id: 0 })],
    ['an expert whose id is given again', experts({ next: 6 })],
    ['an active expert that is not there', experts({ active: 4 })],
    ['an active expert on trial', experts({ active: 6 })],
    ['a candidate without a place', member(2, { trial: null })],
    ['a candidate in a place that there is not', member(2, { trial: { place: 2, before: [] } })],
    [
      'two candidates in one place',
      experts({
        members: [generalist, specialist, { ...candidate, weight: 0.125 }, { ...candidate, id: 5, weight: 0.125 }],
      }),
    ],
    ['weights that do not add up to 1', member(0, { weight: 0.2 })],
    [
      'a weight below 0',
      experts({ members: [{ ...generalist, weight: -0.25 }, { ...specialist, weight: 1 }, candidate] }),
    ],
    ['a weight that is not finite', member(0, { weight: Number.NaN })],
    ['a posterior mass that no choices give', member(0, { mass: 52 })],
    ['an expert born at an invalid time', member(1, { born: { choice: 5, time: 1e300 } })],
    ['windows beyond safe integers', { windows: 1e300 }],
    ['an update at an invalid time', { lastUpdate: Number.POSITIVE_INFINITY }],
  ];
  it.each(cases)('%s', (_, changes) => {
    expect(() => parseProfile({ ...PROFILE, ...changes })).toThrow(refused('store/corrupt'));
  });

  it('a file with something after its end', async () => {
    const bytes = await encodeProfile(PROFILE);
    // Without a digest, as a page without WebCrypto writes it.
    const text = new TextDecoder('latin1').decode(bytes).replace(/[0-9a-f]{64}/, '0'.repeat(64));
    const longer = Uint8Array.from(`${text}more`, (char) => char.charCodeAt(0));
    await expect(decodeProfile(longer)).rejects.toEqual(refused('store/corrupt'));
  });

  it('a file larger than any profile, before its bytes are read', async () => {
    await expect(decodeProfile(new Uint8Array(100_000_000))).rejects.toThrow('larger');
  });
});

describe('the profile that a learner saves', () => {
  it('is always within the bounds that it is read with', async () => {
    const learner = newLearner();
    let id = 0;
    const types: EventType[] = ['impression', 'click', 'purchase', 'dismiss', 'cart', 'undismiss', 'view', 'uncart'];
    for (let n = 0; n < 2500; n++)
      learner.observe(event(++id, (n * 37) % COUNT, types[(n * 5 + (n >> 4)) % types.length]));
    const saved = learner.save();
    expect(saved.history?.items.length).toBeGreaterThan(900);
    expect(parseProfile(structuredClone(saved))).toEqual(saved);
    expect(await readProfile(structuredClone(saved))).toEqual(saved);
    for (const name of TERMS) expect(Number.isFinite(learner.weightsAt()[name])).toBe(true);
  });
});
