import { metered } from '../../../shop/pipeline';
import { popularCatalog } from '../../../shop/training';
import { type DEVICE_RANKED, evaluateDevice } from '../../evaluate/device';
import { joinMeasured, type MethodRanks, streamsOfPart } from '../../evaluate/measurement';
import { type Quality, streamQualities } from '../../evaluate/quality';
import type { ResultTable } from '../../evaluate/result';
import { type Shopper, shopperSimilarity } from '../../evaluate/shoppers';
import { coldHalf, type EvaluateInput, popularityOf } from './input';
import { deviceMethods, methodFiles } from './methods';
import type { Evaluation } from './runs';

/** Number of events of a new shopper in the device protocol, and in the protocols of pairs, which get the same halves. */
export const COLD_EVENTS = 30;

type Report = (measured: MethodRanks[]) => ReturnType<Evaluation['report']>;

/**
 * A protocol that ranks streams of choices prequentially, with all methods that learn from the past.
 * @param label name of the streams in front of the progress
 */
export const rankedStreams = (
  input: EvaluateInput,
  streams: readonly Shopper[],
  label: string,
  report: Report,
  range?: typeof DEVICE_RANKED,
): Evaluation => ({
  pastFiles: () => methodFiles(input),
  ...measuredStreams(
    input,
    label,
    streams,
    async (shoppers, onProgress) => {
      const items = input.bundle.items.length;
      return evaluateDevice({ shoppers, methods: await deviceMethods(input), items, ...range, onProgress });
    },
    report,
  ),
});

/** Measures the streams of each part. @param run the ranks of some streams by all methods; it reports each stream that is done */
export const measuredStreams = (
  { meter }: Pick<EvaluateInput, 'meter'>,
  label: string,
  streams: readonly Shopper[],
  run: (own: Shopper[], onProgress: () => void) => Promise<MethodRanks[]> | MethodRanks[],
  report: Report,
): Evaluation => ({
  measure(part) {
    const own = streamsOfPart(streams, part);
    return metered(meter, label, own.length, (advance) => run(own, () => advance(1)));
  },
  report: (parts: readonly MethodRanks[][]) => report(joinMeasured(parts)),
});

/** New shoppers for pairs, how alike two of them are, and the choices of each item in the past. */
export function pairable(input: EvaluateInput) {
  const { past, shoppers } = coldHalf(input, COLD_EVENTS, Number.POSITIVE_INFINITY);
  const popularity = popularityOf(input, past);
  const { index } = popularCatalog(input.bundle, popularity);
  return { shoppers, popularity, similarity: shopperSimilarity(index, popularity) };
}

/** A table of some methods. @param unitsOf the quality of each unit by a method */
export const tableOf = <Method extends { name: string }>(
  about: Omit<ResultTable, 'methods'>,
  methods: readonly Method[],
  unitsOf: (method: Method) => Quality[],
): ResultTable => ({ ...about, methods: methods.map((method) => ({ name: method.name, units: unitsOf(method) })) });

/** The same of methods that ranked streams. @param counts whether an event counts. Default: all do */
export const streamTable = (
  about: Omit<ResultTable, 'methods'>,
  measured: readonly MethodRanks[],
  streams: readonly Shopper[],
  counts?: (row: number, place: number) => boolean,
): ResultTable => tableOf(about, measured, (method) => streamQualities(method.streams, streams, counts));
