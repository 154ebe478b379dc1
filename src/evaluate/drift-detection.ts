import { DriftDetector, type DriftOptions, type PreferenceDistance } from '../learner';

/** A stream with the places where another shopper takes over. */
export interface WatchedStream {
  rows: readonly number[];
  /** Place of the first event after each shift; none in a stream of one shopper. */
  shifts: readonly number[];
}

/** Quality of the drift detection. */
export interface DetectionQuality {
  /** Share of the shifts with an alarm in the 20 events from the shift on. */
  detected20: number;
  /** Median number of events from a shift to its alarm, 1 for the first event; NaN when nothing was found. */
  medianDelay: number;
  /** Alarms per 100 events, outside the 20 events from a shift on. */
  falseAlarmsPer100: number;
  /** Share of the stretches of 20 such events that hold an alarm: what `detected20` would be by chance. */
  chance20: number;
}

/** Events in which an alarm belongs to a shift. */
const WINDOW = 20;

/** Places of a stream at which the detector, as it runs on a device, declares a drift. */
export const driftAlarms = (
  distance: Pick<PreferenceDistance, 'of'>,
  rows: readonly number[],
  options?: DriftOptions,
): number[] => alarmsOf(distancesOf(distance, rows), options);

/** Distance of each choice of a stream from the preferences before it; null where there is nothing to compare. */
function distancesOf(distance: Pick<PreferenceDistance, 'of'>, rows: readonly number[]): (number | null)[] {
  const strengths = rows.map(() => 1);
  return rows.map((row, place) => distance.of(row, rows.slice(0, place), strengths.slice(0, place)));
}

/** Places at which the detector declares a drift, given distances. */
function alarmsOf(distances: readonly (number | null)[], options?: DriftOptions): number[] {
  const detector = new DriftDetector(options);
  return [...distances.keys()].filter((place) => {
    const found = distances[place];
    return found !== null && detector.observe(found);
  });
}

/**
 * Compares alarms with the true shifts.
 * @param alarmsOf places of the alarms in the rows of a stream, ascending
 */
export function detectionQuality(
  streams: readonly WatchedStream[],
  alarmsOf: (rows: readonly number[]) => number[],
): DetectionQuality {
  const delays: number[] = [];
  let shifts = 0;
  let events = 0;
  let alarmed = 0;
  let stretches = 0;
  let hit = 0;
  for (const stream of streams) {
    const alarms = alarmsOf(stream.rows);
    for (const shift of stream.shifts) {
      const first = alarms.find((place) => place >= shift && place < shift + WINDOW);
      shifts++;
      if (first !== undefined) delays.push(first - shift + 1);
    }
    const free = stream.rows.map((_, place) => !stream.shifts.some((at) => place >= at && place < at + WINDOW));
    events += free.filter(Boolean).length;
    alarmed += alarms.filter((place) => free[place]).length;
    for (let start = 0; start + WINDOW <= free.length; start++) {
      if (!free.slice(start, start + WINDOW).every(Boolean)) continue;
      stretches++;
      if (alarms.some((place) => place >= start && place < start + WINDOW)) hit++;
    }
  }
  return {
    detected20: delays.length / shifts,
    medianDelay: median(delays),
    falseAlarmsPer100: (100 * alarmed) / events,
    chance20: hit / stretches,
  };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle - 1)]) / 2;
}
