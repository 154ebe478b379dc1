import { describe, expect, it } from 'vitest';
import { PrequentialRecord } from './prequential-record';

const FLOOR = -0.25;

describe('PrequentialRecord', () => {
  it('reports when the read-outs lost on recent choices, and restarts at 0', () => {
    const record = new PrequentialRecord();
    expect(record.note(-0.05, FLOOR)).toBe(false);
    expect(record.note(-2, FLOOR)).toBe(false);
    expect(record.note(-2, FLOOR)).toBe(true);
    expect(record.gain).toBe(0);
  });

  it("uses the shop's own floor", () => {
    expect(new PrequentialRecord().note(-2, -0.1)).toBe(true);
    expect(new PrequentialRecord().note(-2, -0.3)).toBe(false);
  });

  it('forgets old gains, and continues from a stored record', () => {
    const record = new PrequentialRecord();
    record.note(-2, FLOOR);
    for (let n = 0; n < 30; n++) expect(record.note(0.1, FLOOR)).toBe(false);
    expect(record.gain).toBeGreaterThan(0.05);
    const other = new PrequentialRecord();
    other.restore(record.gain);
    expect(other.gain).toEqual(record.gain);
  });
});
