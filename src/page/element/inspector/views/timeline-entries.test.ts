import { expect, it } from 'vitest';
import type { JournalChoice, JournalKind, JournalPoint, Snapshot } from '../../../../device/protocol';
import { pointKey, timelineEntries, timelineRows } from './timeline-entries';

const choice = (at: number): JournalChoice => ({ item: null, time: 100 * at, at, ranks: null, shares: [] });
const point = (kind: JournalKind, at: number): JournalPoint => ({ kind, time: 100 * at, at });
const snapshot = (id: number, choices: number): Snapshot => ({ id, time: 100 * choices + 50, choices, windows: id });

it('is the newest first, and each snapshot belongs to the window before it', () => {
  const entries = timelineEntries({
    choices: [choice(1), choice(2), choice(3)],
    points: [point('rejected', 2), point('window', 2), point('window', 3)],
    snapshots: [snapshot(1, 1), snapshot(2, 2), snapshot(3, 3)],
  });
  expect(
    entries.map(({ choice: chosen, point: happened, at, kept, snapshot: own }) => [
      chosen ? 'choice' : (happened?.kind ?? 'snapshot'),
      at,
      kept ? own?.id : undefined,
    ]),
  ).toEqual([
    ['window', 3, 3],
    ['choice', 3, undefined],
    ['window', 2, 2],
    ['rejected', 2, undefined],
    ['choice', 2, undefined],
    // Older than the journal.
    ['snapshot', 1, 1],
    ['choice', 1, undefined],
  ]);
});

it('opens at every point the newest snapshot from before its choice, if there is one that old', () => {
  const entries = timelineEntries({
    choices: [choice(4), choice(5), choice(6), choice(9)],
    points: [point('window', 5), point('kept', 9), point('window', 9)],
    // The snapshot of the window that ended with the ninth choice no longer exists.
    snapshots: [snapshot(1, 5)],
  });
  expect(entries.map(({ key, snapshot: opens, kept }) => [key, opens?.id ?? null, kept])).toEqual([
    ['window-9-900', 1, false],
    ['kept-9-900', 1, false],
    ['choice-9', 1, false],
    ['choice-6', 1, false],
    ['window-5-500', 1, true],
    // Going back to the state after this choice would not undo it.
    ['choice-5', null, false],
    ['choice-4', null, false],
  ]);
});

it('tells points of the same choice apart', () => {
  const keys = [0, 1].map((expert) => pointKey({ ...point('frozen', 3), expert }));
  expect(new Set([...keys, pointKey(point('kept', 3))]).size).toBe(3);
});

it('has a separate entry for a snapshot whose window the journal lacks', () => {
  const entries = timelineEntries({
    choices: [],
    points: [point('window', 5)],
    snapshots: [snapshot(1, 5), snapshot(2, 8)],
  });
  expect(entries.map(({ key, snapshot: opens }) => [key, opens?.id])).toEqual([
    ['snapshot-2', 2],
    ['window-5-500', 1],
  ]);
});

it('begins another row after half an hour', () => {
  const late = { ...choice(3), time: 200 + 30 * 60 * 1000 + 1 };
  const rows = timelineRows(timelineEntries({ choices: [choice(1), choice(2), late], points: [], snapshots: [] }));
  expect(rows.map(({ entries }) => entries.length)).toEqual([1, 2]);
});

it('has one row for choices in a row before which the same state exists, or none', () => {
  const rows = timelineRows(
    timelineEntries({
      choices: [1, 2, 3, 4, 5, 6, 7].map(choice),
      points: [point('window', 3)],
      // Saved after one more choice.
      snapshots: [snapshot(1, 4)],
    }),
  );
  expect(rows.map(({ key, entries }) => [key, entries.map(({ at }) => at), entries[0].snapshot?.id ?? null])).toEqual([
    ['choice-7', [7, 6, 5], 1],
    ['choice-4', [4], null],
    ['window-3-300', [3], 1],
    ['choice-3', [3, 2, 1], null],
  ]);
});
