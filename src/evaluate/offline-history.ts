import { CooccurrenceCounter } from '../catalog';
import type { Interaction, RankCase } from '../training';

/** A shop's log up to a moment: choices per user and item, and co-occurrence. */
export class OfflineHistory {
  /** [count] choices of each item so far. */
  readonly choices: Float32Array;
  /** [count] choices of each item, those of each older window counting half as much as those of the next. */
  readonly recent: Float32Array;
  readonly cooccurrence: CooccurrenceCounter;
  readonly #histories = new Map<string, number[]>();

  /** @param count items in the catalogue */
  constructor(count: number) {
    this.choices = new Float32Array(count);
    this.recent = new Float32Array(count);
    this.cooccurrence = new CooccurrenceCounter(count);
  }

  /** Starts a new window: recent choices count half. */
  age(): void {
    for (let row = 0; row < this.recent.length; row++) this.recent[row] /= 2;
  }

  /** Adds the next choices, sorted by time. */
  learn(interactions: readonly Interaction[]): void {
    const starts = new Map<string, number>();
    for (const { user, row } of interactions) {
      this.choices[row]++;
      this.recent[row]++;
      const history = this.#histories.get(user) ?? [];
      this.#histories.set(user, history);
      if (!starts.has(user)) starts.set(user, history.length);
      history.push(row);
    }
    for (const [user, start] of starts) this.cooccurrence.learn(this.#histories.get(user) ?? [], start);
  }

  /**
   * Training sequences from the next choices: each user's rows, after up to `context` earlier ones. Does not add them.
   */
  sequences(interactions: readonly Interaction[], context: number): Int32Array[] {
    const sequences = new Map<string, number[]>();
    for (const { user, row } of interactions) {
      const known = sequences.get(user) ?? (context > 0 ? (this.#histories.get(user)?.slice(-context) ?? []) : []);
      sequences.set(user, known);
      known.push(row);
    }
    return [...sequences.values()].map((rows) => Int32Array.from(rows));
  }

  /**
   * The next choices to rank, each with all earlier choices of its user. First choices are left out, as nothing is known of
   * the user, and so are repeated ones. Does not add them.
   */
  cases(interactions: readonly Interaction[]): RankCase[] {
    const streams = new Map<string, { rows: number[]; seen: Set<number> }>();
    const found: { user: string; length: number; target: number }[] = [];
    for (const { user, row } of interactions) {
      let stream = streams.get(user);
      if (!stream) {
        const rows = [...(this.#histories.get(user) ?? [])];
        stream = { rows, seen: new Set(rows) };
        streams.set(user, stream);
      }
      const { rows, seen } = stream;
      if (rows.length > 0 && !seen.has(row)) found.push({ user, length: rows.length, target: row });
      rows.push(row);
      seen.add(row);
    }
    const whole = new Map([...streams].map(([user, { rows }]) => [user, Int32Array.from(rows)]));
    return found.map(({ user, length, target }) => ({
      history: (whole.get(user) ?? new Int32Array(0)).subarray(0, length),
      target,
    }));
  }
}
