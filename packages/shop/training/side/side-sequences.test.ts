import { describe, expect, it } from 'vitest';
import { firstChoices, sequencesFrom } from './side-sequences';

describe('firstChoices', () => {
  it('weighs a choice by its age and by the strongest event on its item', () => {
    const choices = {
      ...sequencesFrom(
        [
          [1, 2],
          [4, 7, 4],
        ],
        [new Float32Array(2), Float32Array.of(1, 0.5, 0)],
      ),
      strengths: Float32Array.of(1, 1, 0.5, 1, 3),
      left: new Set([0]),
    };
    const { rows, weights } = firstChoices(choices, 0.5);
    expect([...rows]).toEqual([4, 7]);
    expect([...weights]).toEqual([3 * 0.25, 0.5]);
  });
});
