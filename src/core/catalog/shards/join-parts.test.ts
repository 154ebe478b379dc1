import { describe, expect, it } from 'vitest';
import { sideModel } from '../../../../testing/side-models';
import { joinDemand, joinSide } from './join-parts';

describe('trained data of several parts', () => {
  const items = [{ id: 'a' }, { id: 'b' }];

  it('is the demand of those that have any', () => {
    expect(joinDemand([{ items }])).toBeNull();
    const demand = {
      choices: Float32Array.of(1, 2),
      recent: Float32Array.of(3, 4),
      sums: { choices: 9, recent: 9, count: 4 },
      repeats: 0.5,
    };
    const joined = joinDemand([{ items: [{ id: 'new' }] }, { items: [items[1]], places: [1], demand }]);
    expect(joined).toEqual({
      choices: Float32Array.of(Number.NaN, 2),
      recent: Float32Array.of(Number.NaN, 4),
      sums: demand.sums,
      repeats: 0.5,
    });
  });

  it('is the side model of all items, with the rows that it does not know', () => {
    const head = sideModel(1, 2);
    const { vectors, biases } = sideModel(2, 2, undefined, 5);
    const { model, unknown } = joinSide(head, [
      { items: [{ id: 'h' }], side: head },
      { items: [{ id: 'new' }] },
      { items: [items[1]], places: [1], side: { vectors, biases } },
    ]);
    expect(unknown).toEqual([1]);
    expect([...model.vectors]).toEqual([...head.vectors, 0, 0, ...vectors.subarray(2)]);
    expect([...model.biases]).toEqual([head.biases[0], 0, biases[1]]);
    expect(model.states).toBe(head.states);
  });
});
