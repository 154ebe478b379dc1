import type { ByPart, DriftPart } from '../../catalog';
import type { PreferenceDistance } from '../../learner';
import { type SplicedStream, splicedPairs } from '../drift';
import { alarmsOf, detectionQuality, distancesOf } from '../drift-detection';
import { estimate } from '../quality';
import type { Shopper } from '../shoppers';
import { TUNING_PARTS, type TuningPartName } from './parts';

/** Thresholds that are tried; the default is 9.5. */
const THRESHOLDS = [6.5, 8, 11, 13] as const;
/** Events that a spliced shopper must have: 40, and 20 to return with. */
const MIN_EVENTS = 60;
/** Fewer streams say too little. */
const LEAST_STREAMS = 10;
/** For each 100 choices: a threshold with more is not chosen, as a window that ends without need leaves a snapshot. */
const MOST_FALSE_ALARMS = 1;

/** What was found. */
export interface ChosenThreshold {
  /** Null where none beats the default. */
  threshold: number | null;
  /** Figures of the best one, of the parts that were looked at; empty where there was none, or too few shoppers. */
  parts: Partial<ByPart<DriftPart>>;
}

/** Alarms of one stream. */
interface Alarms {
  /** Share of the shifts found within 20 choices. */
  detected: number;
  /** False alarms for each 100 choices. */
  falseAlarms: number;
}

/** A stream, and the distances of its choices. */
interface Watched extends SplicedStream {
  distances: (number | null)[];
}

/**
 * Chooses the threshold of the drift detector on streams of shopper X, then Y, then X again, each shopper once X beside the Y least
 * alike. A threshold beats the default where it finds more shifts by two standard errors without more false alarms than one in
 * 100 choices, or has fewer false alarms by two standard errors without finding fewer shifts.
 */
export function chooseThreshold(
  shoppers: Record<TuningPartName, readonly Shopper[]>,
  distance: Pick<PreferenceDistance, 'of'>,
  { seed, similarity }: { seed: number; similarity(x: Shopper, y: Shopper): number },
): ChosenThreshold {
  const streamsOf = (part: TuningPartName): Watched[] => {
    const long = shoppers[part].filter(({ rows }) => rows.length >= MIN_EVENTS);
    if (long.length < LEAST_STREAMS) return [];
    return splicedPairs(long, long.length, seed, similarity).map((stream) => ({
      ...stream,
      distances: distancesOf(distance, stream.rows),
    }));
  };
  const parts: ChosenThreshold['parts'] = {};
  const choose = streamsOf('choose');
  if (choose.length === 0) return { threshold: null, parts };
  const tried = THRESHOLDS.map((threshold) => ({ threshold, part: driftPartOf(choose, threshold) }));
  const [best] = tried.filter(({ part }) => beatsDefault(part)).sort((a, b) => costOf(a.part) - costOf(b.part));
  if (!best) return { threshold: null, parts };
  for (const name of TUNING_PARTS) {
    const streams = name === 'choose' ? choose : streamsOf(name);
    if (streams.length === 0) return { threshold: null, parts };
    const part = driftPartOf(streams, best.threshold);
    parts[name] = part;
    if (name !== 'report' && !beatsDefault(part)) return { threshold: null, parts };
  }
  return { threshold: best.threshold, parts };
}

function driftPartOf(streams: readonly Watched[], threshold: number): DriftPart {
  const [before, after] = [undefined, threshold].map((own) => streams.map((stream) => alarmsIn(stream, own)));
  const mean = (of: readonly Alarms[], name: keyof Alarms): number => estimate(of.map((alarms) => alarms[name])).mean;
  const both = (name: keyof Alarms) => ({ defaults: mean(before, name), tuned: mean(after, name) });
  const change = (name: keyof Alarms) => estimate(after.map((alarms, n) => alarms[name] - before[n][name]));
  return {
    streams: streams.length,
    detected: both('detected'),
    falseAlarms: both('falseAlarms'),
    change: { detected: change('detected'), falseAlarms: change('falseAlarms') },
  };
}

function alarmsIn(stream: Watched, threshold: number | undefined): Alarms {
  const { detected20, falseAlarmsPer100 } = detectionQuality([stream], () => alarmsOf(stream.distances, { threshold }));
  return { detected: detected20, falseAlarms: falseAlarmsPer100 };
}

/** Whether a threshold is better than the default one. */
export function beatsDefault({ change: { detected, falseAlarms }, falseAlarms: rates }: DriftPart): boolean {
  const more = detected.mean - 2 * detected.se > 0 && rates.tuned <= Math.max(MOST_FALSE_ALARMS, rates.defaults);
  const quieter = falseAlarms.mean + 2 * falseAlarms.se < 0 && detected.mean >= 0;
  return more || quieter;
}

/** Shifts missed, and false alarms, a share of a shift each. */
const costOf = ({ detected, falseAlarms }: DriftPart): number => falseAlarms.tuned / 10 - detected.tuned;
