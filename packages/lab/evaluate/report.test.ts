import { expect, it } from 'vitest';
import { reportBody, reportLine, reportOrigin, reportTable, withResults } from './report';
import type { MethodSummary, ProtocolSummary } from './result';

const method = (name: string, lnRankChange: number, figures: Record<string, number> = {}): MethodSummary => ({
  name,
  hr10: 0.0512345,
  ndcg10: 0.025,
  mrr: 0.0301,
  lnRank: 5.5,
  lnRankChange,
  ndcg10Change: 0.0061,
  ndcg10Se: 0.0023,
  se: 0.02,
  worse: 0.041,
  figures,
});
const found: ProtocolSummary = {
  protocol: 'device',
  setting: '24 shoppers',
  seeds: [1, 2],
  tables: [
    {
      name: 'device',
      unit: 'shopper',
      reference: 'popularity',
      methods: [method('popularity', 0), method('terms', -0.37, { parametersLast: 12345 })],
    },
    { name: 'experts', unit: 'shopper', reference: 'terms', methods: [method('terms', 0)] },
  ],
  figures: { noBaseOverPopularity: 1.31234, 'experts few events': -0.0211, 'experts few events se': 0.004 },
};

it('ends with one line of JSON that has the methods of the first table and the figures', () => {
  const parsed = JSON.parse(reportLine(found, { refused: 3 }));
  expect(parsed).toEqual({
    protocol: 'device',
    methods: [
      expect.objectContaining({ name: 'popularity', hr10: 0.0512 }),
      {
        name: 'terms',
        hr10: 0.0512,
        ndcg10: 0.025,
        mrr: 0.0301,
        lnRank: 5.5,
        lnRankChange: -0.37,
        ndcg10Change: 0.0061,
        ndcg10Se: 0.0023,
        se: 0.02,
        worse: 0.041,
        parametersLast: 12345,
      },
    ],
    figures: { noBaseOverPopularity: 1.3123, 'experts few events': -0.0211, 'experts few events se': 0.004 },
    tables: { experts: [expect.objectContaining({ name: 'terms', hr10: 0.0512 })] },
    refused: 3,
  });
});

it('prints a dash instead of NaN if nothing was counted', () => {
  const empty = {
    ...method('terms', Number.NaN),
    hr10: Number.NaN,
    lnRank: Number.NaN,
    se: Number.NaN,
    worse: Number.NaN,
  };
  const methods = [method('base', 0), empty];
  const table = { name: 'new items', unit: 'shopper', reference: 'base', methods } as const;
  const text = reportBody({ ...found, tables: [...found.tables, table], figures: { newOverOld: Number.NaN } });
  expect(text).not.toContain('NaN');
  expect(text).toMatch(/\| terms +\| – .*\| – ± – /);
  expect(text).toContain('new over old (ratio): –');
});

it('prints a row per method, every table but the first under its name, and the figures', () => {
  const [device, experts, figures] = reportBody(found).split(/\n\n### experts\n\n|\n\n(?=-)/);
  const [errors, ...rows] = device.split(/\n+/);
  expect(errors).toBe('± is one standard error.');
  expect(rows).toHaveLength(4);
  expect(rows[0]).toMatch(
    /ln rank against popularity \| NDCG@10 against popularity, points \| shoppers worse \| parameters last/,
  );
  expect(rows[3]).toMatch(/terms +\| 5\.12 +\| 2\.50 .*−0\.370 ± 0\.020 +\| \+0\.61 ± 0\.23 +\| 4 % +\| 12,345/);
  expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  expect(experts).toContain('| ln rank against terms |');
  expect(rows[0]).not.toContain('beyond error');
  const known = found.tables[0].methods.map((one, n) => ({ ...one, worseBeyondError: n / 4 }));
  const beyond = reportTable({ ...found.tables[0], methods: known });
  expect(beyond).toMatch(/shoppers worse \| beyond error \| parameters last/);
  expect(beyond).toMatch(/\| 4 % +\| 25 % +\| 12,345/);
  const halves = { ...found.tables[0], methods: [method('popularity', 0, { parametersLast: 246803.5 })] };
  expect(reportTable(halves)).toMatch(/\| 246,804 +\|$/m);
  expect(figures.split('\n')).toEqual([
    '- no base over popularity (ratio): 1.3123',
    '- experts few events, ln rank: −0.0211 ± 0.0040',
  ]);
});

it('states the number of shoppers and choices of a table, and shows baskets first for a log of orders', () => {
  const [device] = found.tables;
  const tables = [
    { ...device, units: 24, choices: 2400 },
    { ...device, name: 'baskets', units: 23, choices: 160.5 },
  ];
  const events = reportBody({ ...found, tables });
  expect(events).toMatch(/^24 shoppers, 2400 choices\. ± is one standard error\.\n\n\| method /);
  expect(events).toMatch(/\n\n### baskets\n\n23 shoppers, 161 baskets\. ± is one standard error\.\n\n\| method /);
  expect(events).not.toContain('order');
  const orders = reportBody({ ...found, tables, figures: { sharedSecond: 0.9991 } });
  expect(orders).toMatch(/^99\.9 % of the ranked events have the time of another event .* this is a log of orders\./);
  expect(orders.match(/^### .*$/gm)).toEqual(['### baskets', '### device']);
});

it('prints shares in percent and says the unit of every figure, while JSON keeps shares', () => {
  const own = { hr5: 0.3281, coverage: 0.62, novelty: 9.5, popularityBias: -0.04 };
  const again = { name: 'again', unit: 'shopper', reference: 'recency' } as const;
  const tables = [{ ...again, methods: [method('recency', 0), method('again', -0.2, own)] }];
  const figures = {
    repeats: 0.0613,
    sharedSecond: 0.2,
    matchedNewHr10: 0.1961,
    matchedOldHr10: 0.268,
    recall10: 0.5,
  };
  const other = { newOverOld: 0.732, 'coverage any': 0.25, 'experts old items': -0.02 };
  const run = { ...found, tables, figures: { ...figures, ...other } };
  const text = reportBody(run);
  expect(text).toMatch(/^\| method +\| HR@10, % \| NDCG@10, % \| MRR, % \| ln rank \|/m);
  expect(text).toMatch(/\| HR@5, % \| coverage, % \| novelty, bits \| popularity bias \(−1 to 1\) \|$/m);
  expect(text).toMatch(/^\| again .*\| 32\.81 +\| 62\.00 +\| 9\.5 +\| -0\.04 +\|$/m);
  expect(text.split('\n').filter((line) => line.startsWith('- '))).toEqual([
    ...[
      '- repeats, %: 6.13',
      '- shared second, %: 20.00',
      '- matched new HR@10, %: 19.61',
      '- matched old HR@10, %: 26.80',
    ],
    ...['- Recall@10, %: 50.00', '- new over old (ratio): 0.732', '- coverage any, %: 25.00'],
    '- experts old items, ln rank: -0.02',
  ]);
  const line = JSON.parse(reportLine(run, { refused: 0 }));
  expect(line.methods[1]).toMatchObject(own);
  expect(line.figures).toMatchObject(figures);
});

it('says how the results were obtained', () => {
  const origin = reportOrigin({ ...found, date: '2026-01-31', command: 'sidestream evaluate' });
  expect(origin).toBe('24 shoppers, mean of the seeds 1 and 2. 2026-01-31, `sidestream evaluate`');
});

it('replaces the section of one protocol, and leaves the others unchanged in their places', () => {
  const one = withResults('', 'pooled', 'first');
  expect(one).toBe('# Results\n\n## pooled\n\nfirst\n');
  const two = withResults(`${one}\n## by hand\n\nkept\n`, 'drift', 'second\n\n### more\n\nwords');
  const three = withResults(two, 'pooled', 'third');
  expect(three).toBe(
    '# Results\n\n## pooled\n\nthird\n\n## by hand\n\nkept\n\n## drift\n\nsecond\n\n### more\n\nwords\n',
  );
});

it('keeps the handwritten quotation at the top of a section', () => {
  const before =
    '# Results\n\n## pooled\n\n> Chosen on\n> the windows before.\n\nold\n\n> not at the top\n\n## drift\n\n> other\n';
  expect(withResults(before, 'pooled', 'new')).toBe(
    '# Results\n\n## pooled\n\n> Chosen on\n> the windows before.\n\nnew\n\n## drift\n\n> other\n',
  );
});
