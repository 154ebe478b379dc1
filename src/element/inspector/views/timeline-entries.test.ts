import { expect, it } from 'vitest';
import type { JournalChoice, JournalKind, JournalPoint, Snapshot } from '../../../protocol';
import { timelineEntries } from './timeline-entries';

const choice = (at: number): JournalChoice => ({ item: null, time: 100 * at, at, ranks: null, shares: [] });
const point = (kind: JournalKind, at: number): JournalPoint => ({ kind, time: 100 * at, at });
const snapshot = (id: number, choices: number): Snapshot => ({ id, time: 100 * choices + 50, choices, windows: id });

it('is the newest first, and each snapshot is that of the window before it', () => {
  const entries = timelineEntries({
    choices: [choice(1), choice(2), choice(3)],
    points: [point('drift', 2), point('window', 2), point('window', 3)],
    snapshots: [snapshot(1, 1), snapshot(2, 2), snapshot(3, 3)],
  });
  expect(
    entries.map((entry) => [entry.choice ? 'choice' : (entry.point?.kind ?? 'alone'), entry.at, entry.snapshot?.id]),
  ).toEqual([
    ['window', 3, 3],
    ['choice', 3, undefined],
    ['window', 2, 2],
    ['drift', 2, undefined],
    ['choice', 2, undefined],
    // Older than the journal.
    ['alone', 1, 1],
    ['choice', 1, undefined],
  ]);
});
