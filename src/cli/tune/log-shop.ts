import { coldShoppers } from '../../evaluate';
import { LEAST_EVENTS, tuningParts } from '../../evaluate/tune';
import {
  baseFile,
  catalogOf,
  type EvaluateInput,
  factorsFile,
  pastEvents,
  pastLearned,
  pastModel,
  popularityAtEnd,
  popularityOf,
} from '../evaluate/input';
import type { ShopSource } from './tuning-shop';

/**
 * A shop at the end of the past of its log, and the shoppers who came then.
 * @param most shoppers of each part
 * @throws SidestreamError `runtime/invalid-input` where too few shoppers came
 */
export function logShop(input: EvaluateInput, most: number): ShopSource {
  const { cold } = coldShoppers(input.events, input.past, LEAST_EVENTS, input.rowOf);
  const parts = tuningParts(cold, { choose: most, confirm: most, report: most });
  return {
    ...{ parts, steady: parts, base: true, seed: input.seed },
    files: async () => [await baseFile(input), await factorsFile(input)],
    async open() {
      const { bundle } = input;
      const past = pastEvents(input);
      const { cooccurrence, factors } = await pastLearned(input);
      // The lift of new items is what the shop's pages have.
      const coldStart = (await bundle.factors())?.coldStart;
      const learned = { cooccurrence, factors: { ...factors, ...(coldStart === undefined ? {} : { coldStart }) } };
      const catalog = catalogOf(bundle, popularityAtEnd(input, past), learned);
      return { catalog, base: await pastModel(input), popularity: popularityOf(input, past) };
    },
  };
}
