import type { Inspection, JournalChoice, JournalPoint, Snapshot } from '../../../../device/protocol';

export interface TimelineEntry {
  /** Key of the entry, stable when the journal is read again. */
  key: string;
  time: number;
  at: number;
  /** Null if the entry is not a choice. */
  choice: JournalChoice | null;
  /** Null if the entry is a choice or only a snapshot. */
  point: JournalPoint | null;
  /** The snapshot to go back to from here: the one made here, otherwise the newest earlier one, if any. */
  snapshot: Snapshot | null;
  kept: boolean;
}

export const pointKey = ({ kind, at, time, expert }: JournalPoint): string =>
  [kind, at, time, ...(expert === undefined ? [] : [expert])].join('-');
export const choiceKey = ({ at }: Pick<JournalChoice, 'at'>): string => `choice-${at}`;

/**
 * Choices, other events and snapshots, newest first. A snapshot belongs to the window at whose end it was made; the journal has
 * this window unless the snapshot is older than the journal. Every other entry has the newest snapshot from before its choice:
 * going back to that snapshot undoes the entry.
 */
export function timelineEntries({
  choices,
  points,
  snapshots,
}: Pick<Inspection, 'choices' | 'points' | 'snapshots'>): TimelineEntry[] {
  const windows = points.filter(({ kind }) => kind === 'window');
  const taken = new Map<JournalPoint, Snapshot>();
  const unmatched: Snapshot[] = [];
  for (const snapshot of snapshots) {
    // The snapshot is saved shortly after the window ends, when more choices may have been made.
    const window = windows.findLast(({ at }) => at <= snapshot.choices);
    if (window && !taken.has(window)) taken.set(window, snapshot);
    else unmatched.push(snapshot);
  }
  const before = (at: number): Snapshot | null => snapshots.findLast((one) => one.choices < at) ?? null;
  const entry = (
    key: string,
    { time, at }: Pick<TimelineEntry, 'time' | 'at'>,
    own: Pick<TimelineEntry, 'choice' | 'point'>,
    made?: Snapshot,
  ): TimelineEntry => ({ key, time, at, ...own, snapshot: made ?? before(at), kept: made !== undefined });
  const entries = [
    ...choices.map((choice) => entry(choiceKey(choice), choice, { choice, point: null })),
    ...points.map((point) => entry(pointKey(point), point, { choice: null, point }, taken.get(point))),
    ...unmatched.map((one) =>
      entry(`snapshot-${one.id}`, { time: one.time, at: one.choices }, { choice: null, point: null }, one),
    ),
  ];
  // A choice comes before its effects; the sort keeps the order of equal entries.
  return entries.sort((a, b) => a.at - b.at).toReversed();
}

/** Pause after which a choice begins another run, ms: half an hour, as between two visits. */
const MAX_PAUSE = 30 * 60 * 1000;

/** A row of the timeline: one entry, or a run of choices. */
export interface TimelineRow {
  key: string;
  /** Newest first. More than one only if all of them are choices. */
  entries: readonly [TimelineEntry, ...TimelineEntry[]];
}

/** The entries as rows: choices of one visit in a row, from before all of which the same state exists, or none, are one. */
export function timelineRows(entries: readonly TimelineEntry[]): TimelineRow[] {
  const rows: { key: string; entries: [TimelineEntry, ...TimelineEntry[]] }[] = [];
  for (const entry of entries) {
    const last = rows.at(-1);
    const after = last?.entries.at(-1);
    const joins =
      last &&
      after?.choice &&
      entry.choice &&
      after.snapshot === entry.snapshot &&
      after.time - entry.time <= MAX_PAUSE;
    if (joins) last.entries.push(entry);
    else rows.push({ key: entry.key, entries: [entry] });
  }
  return rows;
}
