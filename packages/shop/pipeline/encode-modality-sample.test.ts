import { describe, expect, it } from 'vitest';
import { sampleRows } from './encode-modality';

const ids = Array.from({ length: 500 }, (_, n) => `item-${n}`);
const chosen = (of: string[], size: number) =>
  sampleRows(
    of.map((_, row) => row),
    (row) => of[row],
    undefined,
    size,
  ).map((row) => of[row]);

describe('sampleRows', () => {
  it('is the same in the same order, whatever the order of the feed', () => {
    expect(chosen([...ids].reverse(), 50)).toEqual(chosen(ids, 50));
    expect(chosen(ids, 50)).not.toEqual(ids.slice(0, 50));
  });

  it('loses only items that left the catalogue', () => {
    const before = chosen(ids, 50);
    const after = new Set(
      chosen(
        ids.filter((id) => id !== before[3]),
        50,
      ),
    );
    expect(before.filter((id) => !after.has(id))).toEqual([before[3]]);
  });

  it('contains everything if the catalogue is small', () => {
    expect(new Set(chosen(ids, 4096))).toEqual(new Set(ids));
  });
});
