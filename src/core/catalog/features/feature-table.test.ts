import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { quantizeRow } from '../../common/bytes';
import { concatTables, createTable, tapOf } from './feature-table';

it('quantises a row to within half a step, and a zero row to zero', () => {
  void fc.assert(
    fc.property(
      fc.array(fc.float({ noNaN: true, min: -1000, max: 1000 }), { minLength: 1, maxLength: 16 }),
      (numbers) => {
        const row = Float32Array.from(numbers);
        const values = new Int8Array(row.length + 3).fill(99);
        const scale = quantizeRow(row, values, 2);
        for (let d = 0; d < row.length; d++) {
          expect(Math.abs(values[2 + d] * scale - row[d])).toBeLessThanOrEqual(scale * 0.5001 + 1e-30);
        }
        expect([values[0], values[1], values[row.length + 2]]).toEqual([99, 99, 99]);
        if (numbers.every((x) => x === 0)) expect(scale).toBe(0);
      },
    ),
  );
});

it('gives taps of one modality in the order asked for', () => {
  const shape = { dim: 2, taps: { text: 2, image: 1 } };
  const fill = (count: number, from: number) => {
    const table = createTable(shape, count);
    table.values.forEach((_, i) => {
      table.values[i] = from + i;
    });
    table.scales.fill(0.5);
    return table;
  };
  const table = concatTables([fill(1, 0), fill(1, 6)]);
  expect(table.count).toBe(2);
  expect([...tapOf(table, 'text', 0, 1), ...tapOf(table, 'text', 1, 0)]).toEqual([3, 3.5, 1, 1.5]);
  expect([...tapOf(table, 'image', 0, 0), ...tapOf(table, 'image', 0, 1)]).toEqual([2, 2.5, 5, 5.5]);
});
