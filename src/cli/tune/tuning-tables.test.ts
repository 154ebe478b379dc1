import { expect, it } from 'vitest';
import type { TuningPart } from '../../catalog';
import { tuningTables, tuningVerdict } from './tuning-tables';

const part = (shoppers: number, risk: number, lnRank: number): TuningPart => ({
  ...{ shoppers, choices: 30 * shoppers },
  lnRank: { defaults: 4.464, tuned: 4.464 + lnRank },
  worse: { defaults: 0.018, tuned: 0 },
  risk: { defaults: 0.086, tuned: 0.086 + risk },
  change: { lnRank: { mean: lnRank, se: 0.002 }, worse: { mean: -0.018, se: 0.018 }, risk: { mean: risk, se: 0.003 } },
});
const found = {
  ...{ settings: { anchorSlope: 1.5 }, best: { anchorSlope: 1.5 }, compared: [] },
  parts: { choose: part(66, -0.022, -0.004), confirm: part(54, -0.015, 0.001), report: part(57, -0.012, 0.005) },
};

it('says why settings were written although the ln rank rose, and what to expect', () => {
  const text = tuningVerdict(found);
  expect(text).toContain(
    'on the 54 shoppers of confirm the risk changes by -1.5 ± 0.3 % (5.0 errors) and the ln rank by +0.001',
  );
  expect(text).toContain('a rise of the ln rank by less than 0.02 even two errors above its mean');
  expect(text).toContain(
    'on the 57 shoppers of report the risk changes by -1.2 ± 0.3 % (4.0 errors) and the ln rank by +0.005',
  );
  expect(tuningVerdict({ ...found, settings: null })).toBe('');
});

it('says what the parts and the columns are', () => {
  const text = tuningTables(found, { threshold: null, parts: {} });
  expect(text).toMatch(/^choose, confirm, report: .*decide nothing\.$/m);
  expect(text).toMatch(/± is one standard error/);
});
