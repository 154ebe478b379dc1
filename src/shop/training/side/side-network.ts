import * as v from 'valibot';
import { decodeSafetensors, encodeSafetensors, type Weights } from '../../../core/model';
import { type SideUse, sideConfigSchema, sideWeightsFault } from '../../../core/model/side';
import { SidestreamError } from '../../../error';

const FORMAT = 'sidestream-side-network';
/** Name of the counts among the weights in the file. */
const CHOICES = 'choices';
/** Maximum number of windows in a file. */
const MAX_WINDOWS = 100_000;

const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const useSchema = v.array(share);

const sideWindowSchema = v.strictObject({
  /** Experts of each part and their use at its end; see `sideUse`. */
  experts: v.strictObject({
    text: v.optional(useSchema),
    image: v.optional(useSchema),
    attributes: v.optional(useSchema),
  }),
  choices: whole,
  epochs: whole,
  seconds: v.pipe(v.number(), v.finite(), v.minValue(0)),
});
export type SideWindow = v.InferOutput<typeof sideWindowSchema> & { experts: SideUse };

const aboutSchema = v.strictObject({
  config: sideConfigSchema,
  /** Ids of the items, in the order of the embeddings. */
  items: v.array(v.string()),
  /** Identifies the columns of the features, because weights are useless for different ones. */
  features: v.string(),
  /** Time of the last learned event. */
  until: v.pipe(v.number(), v.finite()),
  /** Start weights of the terms; null if they could not be fitted. */
  start: v.nullable(v.record(v.string(), v.pipe(v.number(), v.finite()))),
  /** First to last. */
  windows: v.pipe(v.array(sideWindowSchema), v.minLength(1), v.maxLength(MAX_WINDOWS)),
});

/** The network of a side model, from which a later training continues. */
export interface SideNetwork extends v.InferOutput<typeof aboutSchema> {
  windows: SideWindow[];
  /** [items] How often each was chosen, up to then. */
  choices: Float32Array;
  weights: Weights;
}

export function encodeSideNetwork({ choices, weights, ...about }: SideNetwork): Uint8Array<ArrayBuffer> {
  const all = { ...weights, [CHOICES]: { shape: [choices.length], values: choices } };
  return encodeSafetensors(all, { format: FORMAT, about: JSON.stringify(about) });
}

/** @throws SidestreamError `model/bad-weights` if the bytes are not a network of this version, or are damaged */
export function decodeSideNetwork(bytes: Uint8Array): SideNetwork {
  const { weights: all, metadata } = decodeSafetensors(bytes);
  if (metadata.format !== FORMAT) throw bad('it holds something else');
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), aboutSchema), metadata.about);
  if (!parsed.success) throw bad(`${v.getDotPath(parsed.issues[0]) ?? 'its description'} does not fit`);
  const about = parsed.output;
  const { [CHOICES]: choices, ...weights } = all;
  const count = about.items.length;
  if (choices?.values.length !== count || !choices.values.every((value) => value >= 0 && Number.isFinite(value))) {
    throw bad('the choices of its items are missing');
  }
  const fault = sideWeightsFault(weights, about.config, count);
  if (fault) throw bad(fault);
  return { ...about, choices: choices.values, weights };
}

const bad = (reason: string): SidestreamError =>
  new SidestreamError('model/bad-weights', `This is not the network of a side model: ${reason}. Train from scratch.`);
