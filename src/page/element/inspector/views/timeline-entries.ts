import type { Inspection, JournalChoice, JournalPoint, Snapshot } from '../../../../device/protocol';

/** One entry of the timeline. */
export interface TimelineEntry {
  /** Tells it from all others, also after the journal was read again. */
  key: string;
  time: number;
  /** Number of the choice. */
  at: number;
  /** Null where it is no choice. */
  choice: JournalChoice | null;
  /** Null where it is a choice, or a snapshot alone. */
  point: JournalPoint | null;
  /** What one can go back to from here: the snapshot that was made here, or else the newest from before; null without. */
  snapshot: Snapshot | null;
  /** Whether the snapshot was made here. */
  kept: boolean;
}

/** Key of what happened besides the choices. */
export const pointKey = ({ kind, at, time, expert }: JournalPoint): string =>
  [kind, at, time, ...(expert === undefined ? [] : [expert])].join('-');
/** Key of a choice. */
export const choiceKey = ({ at }: Pick<JournalChoice, 'at'>): string => `choice-${at}`;

/**
 * Choices, what happened besides, and snapshots, the newest first. A snapshot belongs to the window that it was made at the end of,
 * which the journal has unless it is older than the journal. Every other entry has the newest snapshot from before its choice: to go
 * back to that undoes it.
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
  const before = (at: number): Snapshot | null => snapshots.findLast((one) => one.choices < at) ?? null;
  const entries: TimelineEntry[] = [
    ...choices.map((choice) => ({
      ...{ key: choiceKey(choice), time: choice.time, at: choice.at },
      ...{ choice, point: null, snapshot: before(choice.at), kept: false },
    })),
    ...points.map((point) => ({
      ...{ key: pointKey(point), time: point.time, at: point.at },
      ...{ choice: null, point, snapshot: taken.get(point) ?? before(point.at), kept: taken.has(point) },
    })),
    ...alone.map((snapshot) => ({
      ...{ key: `snapshot-${snapshot.id}`, time: snapshot.time, at: snapshot.choices },
      ...{ choice: null, point: null, snapshot, kept: true },
    })),
  ];
  // A choice comes before what it brought about; the sort keeps the order of equal ones.
  return entries.sort((a, b) => a.at - b.at).toReversed();
}
