import { describe, expect, it } from 'vitest';
import { ScrollMemory } from './scroll-memory';

/** A history of entries with a state each. */
class FakeHistory {
  scrollRestoration: ScrollRestoration = 'auto';
  entries: unknown[] = [null];
  at = 0;
  readonly length = 1;
  get state(): unknown {
    return this.entries[this.at];
  }
  replaceState(state: unknown): void {
    this.entries[this.at] = state;
  }
  pushState(state: unknown): void {
    this.entries.push(state);
    this.at += 1;
  }
  back(): void {
    this.at -= 1;
  }
  forward(): void {
    this.at += 1;
  }
  go(): void {}
}

describe('ScrollMemory', () => {
  it('starts a new page at its top and restores the position of an earlier one', () => {
    const history = new FakeHistory();
    let y = 0;
    const memory = new ScrollMemory(history, () => y);
    y = 700;
    memory.leave();
    history.pushState(null);
    expect(memory.arrive()).toBe(0);
    y = 50;
    memory.leave();
    history.back();
    expect(memory.arrive()).toBe(700);
    history.forward();
    expect(memory.arrive()).toBe(50);
  });
});
