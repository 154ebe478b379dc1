import {
  baseMethod,
  contentKnnMethod,
  type DeviceMethod,
  evaluateDevice,
  learnerMethod,
  type ProtocolRun,
  popularityMethod,
} from '../evaluate';
import type { BaseModel } from '../learner/node';
import { catalogueOf, coldHalf, type EvaluateInput, pastModel, popularityOf, wanted } from './evaluate-input';

/** Events that a shopper of the device protocol must have. */
const MIN_EVENTS = 30;

/**
 * The methods that run on a device and are wanted, each with what the shop knew at the end of the past. The base model
 * alone is always among them, as what the others are compared with.
 * @param popularity choices of each item in the past
 */
export function deviceMethods(input: EvaluateInput, model: BaseModel, popularity: Float32Array): DeviceMethod[] {
  const catalogue = catalogueOf(input.bundle, popularity);
  const options = { seed: input.seed, backend: 'wasm' as const };
  const learner = { catalogue, base: model, options };
  return [
    popularityMethod(popularity),
    contentKnnMethod(catalogue),
    baseMethod(catalogue, model),
    learnerMethod({ ...learner, name: 'terms', experts: false }),
    learnerMethod({ ...learner, name: 'sidestream', experts: true }),
  ].filter(({ name }) => name === 'base' || wanted(input, name));
}

/** The device protocol on shoppers whom the past does not know: each event is ranked before it is learned. */
export async function runDevice(input: EvaluateInput): Promise<ProtocolRun> {
  const { past, shoppers } = coldHalf(input, MIN_EVENTS);
  const popularity = popularityOf(input, past);
  const model = await pastModel(input);
  const methods = deviceMethods(input, model, popularity);
  const noBase = {
    catalogue: catalogueOf(input.bundle, null),
    options: { seed: input.seed, backend: 'wasm' as const },
  };
  if (wanted(input, 'no-base')) methods.push(learnerMethod({ ...noBase, name: 'no-base', experts: true }));
  input.meter.start('Shoppers', shoppers.length);
  const results = await evaluateDevice({ shoppers, methods, onProgress: () => input.meter.advance(1) });
  input.meter.stop();
  model.dispose();
  const runs = methods.map(({ name }) => ({ name, units: results.get(name) ?? [] }));
  return {
    protocol: 'device',
    seed: input.seed,
    setting: `${shoppers.length} shoppers (${input.half === 'all' ? 'all' : `half: ${input.half}`}) unknown to the first ${100 * input.past} % of the log`,
    tables: [{ name: 'device', unit: 'shopper', reference: 'base', methods: runs }],
    figures: {},
  };
}
