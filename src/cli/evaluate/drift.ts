import { SidestreamError } from '../../error';
import {
  DRIFT_PHASES,
  detectionQuality,
  driftAlarms,
  evaluateDrift,
  type ProtocolRun,
  type ResultTable,
  shopperSimilarity,
  splicedPairs,
  type WatchedStream,
} from '../../evaluate';
import { PreferenceDistance } from '../../learner';
import { deviceMethods } from './device';
import { catalogOf, coldHalf, type EvaluateInput, learnedFrom, pastModel, popularityOf } from './input';

/** Events of a cold shopper, as in the device protocol, so that the halves are the same. */
const COLD_EVENTS = 30;
/** Events that a spliced shopper must have: 40, and 20 to return with. */
const MIN_EVENTS = 60;
const PAIRS = 24;
/** The methods of `deviceMethods`. */
const METHODS = ['popularity', 'content-knn', 'base', 'paper-expert', 'full-finetune', 'terms', 'sidestream'];
/** Pairs of any shoppers, for each of them, on which the detector is tried besides the least similar pairs. */
const ANY_ROUNDS = 4;
/** Events looked at of the streams that are not spliced. */
const WHOLE_EVENTS = 120;

/**
 * The drift protocol: streams of shopper X, then of the shopper Y least similar to X, then X again; the past knows none
 * of them. Tables, all against the base model: `first-20` (events of Y), `later` (the rest of Y), `return` (first 20
 * events of X again). Figures: `detected20`, `medianDelay`, `falseAlarmsPer100` and `chance20` of the drift detector, with
 * every shopper as X once, and on every shopper's own stream; `falseAlarmsPer100 own` on the own streams alone;
 * `detected20 any` where Y is any shopper, whose preferences may be much the same.
 * @throws SidestreamError `runtime/invalid-input` when a method has another name than those here, or there are too few shoppers
 */
export async function runDrift(input: EvaluateInput): Promise<ProtocolRun> {
  const unknown = input.methods?.find((name) => !METHODS.includes(name));
  if (unknown !== undefined) {
    throw new SidestreamError(
      'runtime/invalid-input',
      `The drift protocol has no method ${unknown}; choose of ${METHODS.join(', ')}.`,
    );
  }
  const { past, shoppers } = coldHalf(input, COLD_EVENTS, Number.POSITIVE_INFINITY);
  const spliced = shoppers.filter(({ rows }) => rows.length >= MIN_EVENTS);
  const popularity = popularityOf(input, past);
  const { index } = catalogOf(input.bundle, popularity);
  const similarity = shopperSimilarity(index, popularity);
  const streams = splicedPairs(spliced, input.shoppers ?? PAIRS, input.seed, similarity);
  const model = await pastModel(input);
  const methods = deviceMethods(input, model, popularity, await learnedFrom(input, past, model));
  const { meter } = input;
  meter.start('Pairs', streams.length);
  const results = await evaluateDrift({ streams, methods, onProgress: () => meter.advance(1) });
  meter.stop();
  const embedding = { width: model.config.embeddingDim, values: await model.embedItems(input.bundle.features) };
  const figures = detection(new PreferenceDistance(index, embedding), {
    dissimilar: splicedPairs(spliced, spliced.length, input.seed, similarity),
    any: splicedPairs(spliced, ANY_ROUNDS * spliced.length, input.seed),
    own: shoppers.map(({ rows }) => ({ rows: rows.slice(0, WHOLE_EVENTS), shifts: [] })),
  });
  model.dispose();
  const tables = DRIFT_PHASES.map((name): ResultTable => {
    const runs = methods.map((method) => ({ name: method.name, units: results[name].get(method.name) ?? [] }));
    // Every seed pairs other shoppers, so units are merged by name.
    return { name, unit: 'pair', unitNames: streams.map(({ id }) => id), reference: 'base', methods: runs };
  });
  return {
    protocol: 'drift',
    seed: input.seed,
    setting: `${streams.length} pairs of shoppers for each seed (${input.half === 'all' ? 'all' : `half: ${input.half}`}) whom the first ${100 * input.past} % of the log does not know: 40 events of one, 40 of the shopper least similar, up to 40 of the first again`,
    tables,
    figures,
  };
}

/** @param streams to find the shifts of, and those without any */
function detection(
  distance: PreferenceDistance,
  { dissimilar, any, own }: Record<'dissimilar' | 'any' | 'own', readonly WatchedStream[]>,
): Record<string, number> {
  const alarmsOf = (rows: readonly number[]): number[] => driftAlarms(distance, rows);
  const figures = {
    ...detectionQuality([...dissimilar, ...own], alarmsOf),
    'falseAlarmsPer100 own': detectionQuality(own, alarmsOf).falseAlarmsPer100,
    'detected20 any': detectionQuality(any, alarmsOf).detected20,
  };
  // Without a detection there is no delay.
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)));
}
