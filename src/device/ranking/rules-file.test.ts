import { describe, expect, it } from 'vitest';
import { fetchRules, momentOf, parseRules, ruleProblemText, rulesAt } from './rules-file';

const bytesOf = (data: unknown): ArrayBuffer =>
  new Uint8Array(new TextEncoder().encode(typeof data === 'string' ? data : JSON.stringify(data))).buffer;
const parsedRules = (...rules: unknown[]) => parseRules(bytesOf({ version: 1, rules }));
const problemsOf = (...rules: unknown[]) => parsedRules(...rules).problems.map(ruleProblemText);

describe('a file of rules', () => {
  it.each([
    ['another format', { version: 2, rules: [] }, 'version: must be 1'],
    ['no version', { rules: [] }, 'version: is missing'],
    ['no list', { version: 1 }, 'rules: is missing'],
    ['an unknown entry', { version: 1, rules: [], rule: [] }, 'Did you mean "rules"?'],
    ['too many rules', { version: 1, rules: Array(201).fill({}) }, 'at most 200 rules'],
    ['a web page', '<!doctype html>', 'a web page'],
    ['half a file', '{"version":1,"rules":[{"pin"', 'no JSON'],
    ['too many bytes', ' '.repeat(256_001), 'larger than 0.256 MB'],
    ['a list', [], 'version: is missing'],
  ])('is refused with %s', (_, data, message) => {
    expect(() => parseRules(bytesOf(data))).toThrow(
      expect.objectContaining({ code: 'bundle/rules', message: expect.stringContaining(message) }),
    );
  });

  it('is refused if it is missing, and fetched only up to the maximum size', async () => {
    const missing = async () => new Response(null, { status: 404, statusText: 'Not Found' });
    await expect(fetchRules(missing)).rejects.toMatchObject({
      code: 'bundle/rules',
      message: expect.stringMatching(/404 Not Found/),
      cause: expect.objectContaining({ code: 'bundle/unreachable' }),
    });
    const chunk = new Uint8Array(100_000).fill(32);
    const endless = async () => new Response(new ReadableStream({ pull: (to) => to.enqueue(chunk) }));
    await expect(fetchRules(endless)).rejects.toThrow('larger than 0.256 MB');
  });

  it('names every error by rule, field and reason, and keeps the other rules', () => {
    const { rules, problems } = parsedRules(
      { name: 'Good', diversity: 0.3 },
      { name: 'Bad', placements: ['front'], diversity: 2, pins: [] },
      { boost: [{ filter: { colour: 'red' } }] },
      'nothing',
    );
    expect(rules.map(({ name }) => name)).toEqual(['Good']);
    const texts = problems.map(ruleProblemText);
    expect(texts).toEqual([
      expect.stringMatching(/^"Bad", placements\.0: .*front/),
      expect.stringMatching(/^"Bad", diversity: /),
      expect.stringMatching(/^"Bad", pins: Unknown option "pins"\. Did you mean "pin"\?/),
      expect.stringMatching(/^"rule 3", boost\.0\.filter\.colour: is neither a field nor a combination/),
      expect.stringMatching(/^"rule 4": /),
    ]);
  });

  it.each([
    ['no such day', { from: '2026-02-30' }, 'from: must be a date'],
    ['a date in words', { until: 'tomorrow' }, 'until: must be a date'],
    ['no such hour', { from: '2026-02-01T25:00' }, 'from: must be a date'],
    ['an end before its beginning', { from: '2026-03-02', until: '2026-03-01' }, 'until: is not after "from"'],
    ['an end at its beginning', { from: '2026-03-02T10:00', until: '2026-03-02T10:00' }, 'until: is not after "from"'],
    ['no placement', { placements: [] }, 'placements'],
    ['an empty name', { name: '' }, 'name'],
    ['101 pins', { pin: Array(101).fill({ itemId: 'a', position: 0 }) }, 'pin'],
  ])('refuses a rule with %s', (_, rule, message) => {
    const [text] = problemsOf(rule);
    expect(text).toContain(message);
  });

  it('has a bound on the filters that every list must try', () => {
    const boost = Array(50).fill({ filter: { category: 'Men' } });
    const five = [1, 2, 3, 4, 5].map((n) => ({ name: `${n}`, boost }));
    const { rules, problems } = parsedRules(...five, { name: 'without', diversity: 0.1 });
    expect(problems.map(ruleProblemText)).toEqual([expect.stringMatching(/^"5", boost: a file has at most 200/)]);
    expect(rules.map(({ name }) => name)).toEqual(['1', '2', '3', '4', 'without']);
  });
});

describe('momentOf', () => {
  const day = (month: number, date: number) => new Date(2026, month - 1, date).getTime();

  it('treats a date as the whole day, on the clock of the device', () => {
    expect(momentOf('2026-11-27', false)).toBe(day(11, 27));
    expect(momentOf('2026-11-27', true)).toBe(day(11, 28));
    expect(momentOf('2026-12-31', true)).toBe(new Date(2027, 0, 1).getTime());
  });

  it('takes a time as it is, on the clock of the device or in its own time zone', () => {
    for (const end of [false, true]) {
      expect(momentOf('2026-11-27T18:00', end)).toBe(new Date(2026, 10, 27, 18).getTime());
      expect(momentOf('2026-11-27T18:00:30.5Z', end)).toBe(Date.UTC(2026, 10, 27, 18, 0, 30, 500));
      expect(momentOf('2026-11-27T18:00+02:00', end)).toBe(Date.UTC(2026, 10, 27, 16));
    }
  });

  it.each(['2026-2-1', '2026-13-01', '2026-00-10', '2026-11-31', '27.11.2026', '2026-11-27 18:00', '0026-11-27', ''])(
    'refuses %j',
    (text) => expect(momentOf(text, false)).toBeNull(),
  );
});

describe('rulesAt', () => {
  const at = (rules: unknown[], placement: Parameters<typeof rulesAt>[1] = 'for-you', now = 0) => {
    const file = parsedRules(...rules);
    expect(file.problems).toEqual([]);
    return rulesAt(file.rules, placement, now);
  };

  it('adds up pins, boosts and buries, requires all filters, and takes the last of every other rule', () => {
    const pin = (itemId: string, position: number) => ({ itemId, position });
    const push = (category: string) => ({ filter: { category } });
    const merged = at([
      { filter: { category: 'Men' }, pin: [pin('a', 0), pin('b', 1)], boost: [push('x')], diversity: 0.1, fresh: true },
      { filter: { price: { $lt: 5 } }, pin: [pin('c', 0)], boost: [push('y')], bury: [push('z')], diversity: 0.2 },
      { filter: { id: 'a' }, bury: [push('w')], excludeOutOfStock: false },
    ]);
    expect(merged).toEqual({
      filter: { $and: [{ category: 'Men' }, { price: { $lt: 5 } }, { id: 'a' }] },
      // If two pins have the same place, the first counts: the later rule's.
      pin: [pin('c', 0), pin('a', 0), pin('b', 1)],
      boost: [push('x'), push('y')],
      bury: [push('z'), push('w')],
      diversity: 0.2,
      fresh: true,
      excludeOutOfStock: false,
    });
    expect(at([{ filter: { id: 'a' } }])).toEqual({ filter: { id: 'a' } });
    expect(at([])).toEqual({});
  });

  it('leaves out the rules of other placements; one of the shop’s own lists uses the rules without placements', () => {
    const rules = [{ diversity: 0.1 }, { placements: ['similar', 'recent'], diversity: 0.2 }];
    expect(at(rules, 'similar')).toEqual({ diversity: 0.2 });
    expect(at(rules, 'for-you')).toEqual({ diversity: 0.1 });
    expect(at(rules, null)).toEqual({ diversity: 0.1 });
  });

  it('holds from the first millisecond of a beginning to the last before an end', () => {
    const [from, until] = ['2026-11-27T00:00Z', '2026-11-28T00:00Z'].map(Date.parse);
    const rules = [{ from: '2026-11-27T00:00Z', until: '2026-11-28T00:00Z', diversity: 0.1 }];
    const holds = [from - 1, from, until - 1, until].map((now) => 'diversity' in at(rules, 'for-you', now));
    expect(holds).toEqual([false, true, true, false]);
  });
});
