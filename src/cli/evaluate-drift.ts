import { SidestreamError } from '../error';
import {
  DRIFT_PHASES,
  detectionQuality,
  driftAlarms,
  evaluateDrift,
  type ProtocolRun,
  type ResultTable,
  type Shopper,
  splicedPairs,
} from '../evaluate';
import { TasteDistance } from '../learner';
import type { BaseModel } from '../learner/node';
import { deviceMethods } from './evaluate-device';
import { coldHalf, companionsOf, type EvaluateInput, pastModel, popularityOf } from './evaluate-input';

/** Events of a cold shopper, as in the device protocol, so that the halves are the same. */
const COLD_EVENTS = 30;
/** Events that a spliced shopper must have: 40, and 20 to return with. */
const MIN_EVENTS = 60;
const PAIRS = 24;
/** The methods of `deviceMethods`. */
const METHODS = ['popularity', 'content-knn', 'base', 'paper-expert', 'full-finetune', 'terms', 'sidestream'];
/** Spliced streams per shopper that the detector alone is tried on: it is quick, and shifts are few. */
const DETECTOR_ROUNDS = 4;
/** Events looked at of the streams that are not spliced. */
const WHOLE_EVENTS = 120;

/**
 * The drift protocol: streams of shopper X, then Y, then X again, whom the past does not know. Tables, all against the
 * base model: `first-20` (events of Y), `later` (the rest of Y), `return` (first 20 events of X again). Figures:
 * `detected20`, `medianDelay`, `falseAlarmsPer100` and `chance20` of the drift detector, on more pairs of the same
 * shoppers and on their own streams; `falseAlarmsPer100 own` on their own streams alone.
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
  const streams = splicedPairs(spliced, input.shoppers ?? PAIRS, input.seed);
  const popularity = popularityOf(input, past);
  const model = await pastModel(input);
  const methods = deviceMethods(input, model, popularity, companionsOf(input, past));
  const { meter } = input;
  meter.start('Pairs', streams.length);
  const results = await evaluateDrift({ streams, methods, onProgress: () => meter.advance(1) });
  meter.stop();
  const figures = await detection(input, model, popularity, spliced, shoppers);
  model.dispose();
  const tables = DRIFT_PHASES.map((name): ResultTable => {
    const runs = methods.map((method) => ({ name: method.name, units: results[name].get(method.name) ?? [] }));
    return { name, unit: 'pair', reference: 'base', methods: runs };
  });
  return {
    protocol: 'drift',
    seed: input.seed,
    setting: `${streams.length} pairs of shoppers (${input.half === 'all' ? 'all' : `half: ${input.half}`}) whom the first ${100 * input.past} % of the log does not know: 40 events of one, 40 of the other, up to 40 of the first again`,
    tables,
    figures,
  };
}

async function detection(
  { bundle, seed }: EvaluateInput,
  model: BaseModel,
  popularity: Float32Array,
  spliced: readonly Shopper[],
  shoppers: readonly Shopper[],
): Promise<Record<string, number>> {
  const values = await model.embedItems(bundle.features);
  const distance = new TasteDistance({ width: model.config.embeddingDim, values }, popularity);
  const alarmsOf = (rows: readonly number[]): number[] => driftAlarms(distance, rows);
  const shifted = splicedPairs(spliced, DETECTOR_ROUNDS * spliced.length, seed);
  const own = shoppers.map(({ rows }) => ({ rows: rows.slice(0, WHOLE_EVENTS), shifts: [] }));
  const all = detectionQuality([...shifted, ...own], alarmsOf);
  const figures = {
    ...all,
    'falseAlarmsPer100 own': detectionQuality(own, alarmsOf).falseAlarmsPer100,
  };
  // Where nothing was found there is no delay to tell.
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)));
}
