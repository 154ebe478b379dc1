import { describe, expect, it } from 'vitest';
import { PrequentialRecord } from './prequential-record';

const FLOOR = -0.25;

describe('PrequentialRecord', () => {
  it('names a term that lost on recent choices, each by its own floor, and starts it again at 0', () => {
    const record = new PrequentialRecord();
    expect(record.note({ preference: -0.05, experts: 0 }, FLOOR)).toEqual([]);
    expect(record.note({ preference: -2, experts: -0.2 }, FLOOR)).toEqual(['experts']);
    expect(record.gains.experts).toBe(0);
    expect(record.note({ preference: -2, experts: 0 }, FLOOR)).toEqual(['preference']);
    expect(record.gains.preference).toBe(0);
  });

  it('names the read-outs by another floor where the shop has one', () => {
    expect(new PrequentialRecord().note({ preference: -2, experts: 0 }, -0.1)).toEqual(['preference']);
    expect(new PrequentialRecord().note({ preference: -2, experts: 0 }, -0.3)).toEqual([]);
  });

  it('forgets old gains, and continues from a stored record', () => {
    const record = new PrequentialRecord();
    record.note({ preference: -2, experts: 0 }, FLOOR);
    for (let n = 0; n < 30; n++) expect(record.note({ preference: 0.1, experts: 0 }, FLOOR)).toEqual([]);
    expect(record.gains.preference).toBeGreaterThan(0.05);
    const other = new PrequentialRecord();
    other.restore(record.gains);
    expect(other.gains).toEqual(record.gains);
  });
});
