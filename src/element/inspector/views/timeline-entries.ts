import type { Inspection, JournalChoice, JournalPoint, Snapshot } from '../../../protocol';

/** One entry of the timeline. */
export interface TimelineEntry {
  time: number;
  /** Number of the choice. */
  at: number;
  /** Null where it is no choice. */
  choice: JournalChoice | null;
  /** Null where it is a choice, or a snapshot alone. */
  point: JournalPoint | null;
  /** What one can go back to; null without. */
  snapshot: Snapshot | null;
}

/**
 * Choices, what happened besides, and snapshots, the newest first. A snapshot belongs to the window that it was made at the end of,
 * which the journal has unless it is older than the journal.
 */
export function timelineEntries({
  choices,
  points,
  snapshots,
}: Pick<Inspection, 'choices' | 'points' | 'snapshots'>): TimelineEntry[] {
  const windows = points.filter(({ kind }) => kind === 'window');
  const taken = new Map<JournalPoint, Snapshot>();
  const alone: Snapshot[] = [];
  for (const snapshot of snapshots) {
    // It is saved a moment after the window ended, when more may have been chosen.
    const window = windows.findLast(({ at }) => at <= snapshot.choices);
    if (window && !taken.has(window)) taken.set(window, snapshot);
    else alone.push(snapshot);
  }
  const entries: TimelineEntry[] = [
    ...choices.map((choice) => ({ time: choice.time, at: choice.at, choice, point: null, snapshot: null })),
    ...points.map((point) => ({
      time: point.time,
      at: point.at,
      choice: null,
      point,
      snapshot: taken.get(point) ?? null,
    })),
    ...alone.map((snapshot) => ({ time: snapshot.time, at: snapshot.choices, choice: null, point: null, snapshot })),
  ];
  // A choice comes before what it brought about; the sort keeps the order of equal ones.
  return entries.sort((a, b) => a.at - b.at).toReversed();
}
