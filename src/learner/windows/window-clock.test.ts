import { describe, expect, it } from 'vitest';
import { WindowClock } from './window-clock';

const ORDINARY = -0.8;
const STRANGE = 3;

function counted(clock: WindowClock, distances: readonly (number | null)[]): boolean[] {
  return distances.map((distance) => clock.count(distance));
}

describe('WindowClock', () => {
  it('ends a window after 40 choices', () => {
    const clock = new WindowClock();
    counted(clock, new Array(39).fill(ORDINARY));
    expect(clock.due).toBe(false);
    clock.count(null);
    expect(clock.due).toBe(true);
    clock.close();
    expect([clock.due, clock.closed, clock.drifts]).toEqual([false, 1, 0]);
  });

  it('ends earlier when the preferences drift', () => {
    const clock = new WindowClock();
    expect(counted(clock, new Array(15).fill(ORDINARY))).not.toContain(true);
    expect(counted(clock, new Array(8).fill(STRANGE))).toContain(true);
    expect(clock.due).toBe(true);
    expect(clock.drifts).toBeGreaterThan(0);
    clock.close();
    expect(clock.due).toBe(false);
  });

  it('goes on from what was stored', () => {
    const clock = new WindowClock();
    const restored = new WindowClock();
    counted(clock, new Array(20).fill(ORDINARY));
    counted(clock, [STRANGE, STRANGE]);
    restored.restore(structuredClone(clock.save()));
    expect(counted(restored, new Array(8).fill(STRANGE))).toEqual(counted(clock, new Array(8).fill(STRANGE)));
    expect(restored.save()).toEqual(clock.save());
  });
});
