import type { COMPUTES, POOLINGS } from '../../../src/core/encoders';
import { SidestreamError } from '../../../src/error';
import { DataType, OnnxModel, type ReadExternal, unsupported } from '../onnx';
import { findImageInput, findTextInputs, type Normalization, unifyImageInput, unifyTextInputs } from './model-inputs';
import { computeOnBytes, computesOnBytes, storeInBlocks } from './quantize';
import { findHiddenStates } from './residual-stream';

/** Number format of an encoder's matrix products. */
type Compute = (typeof COMPUTES)[number];

export interface AdaptRequest {
  pooling: Pooling;
  /** Number format of the matrix products. Default: as in the original. */
  compute?: Compute;
  /** Hidden states to use, 0 for the input of the first layer. Default: evenly spread. */
  layers?: number[];
  /** Number of hidden states to use when they are evenly spread. */
  taps: number;
  /** Side of an image model's square picture, and the statistics it is normalised with; absent for a text model. */
  image?: { size: number; normalization: Normalization };
  /** Kept in the file as its description. */
  notice: string;
}

export interface Adapted {
  /** The encoder: unified inputs, one pooled output per tap, weights in blocks. */
  onnx: Uint8Array;
  /** The same encoder with the weights of the original. */
  reference: Uint8Array;
  /** `layer_<n>`, shallow to deep. */
  taps: string[];
  layers: number;
  compute: Compute;
}

/**
 * Turns a BERT- or ViT-like ONNX model into an encoder of this project. The same bytes and request give the same bytes.
 * @param read files with tensors beside the model
 * @throws SidestreamError `encoder/unsupported-graph`; `encoder/bad-settings` for layers that the model lacks
 */
export async function adaptModel(bytes: Uint8Array, read: ReadExternal, request: AdaptRequest): Promise<Adapted> {
  const model = await OnnxModel.parse(bytes, read);
  const states = findHiddenStates(model);
  const layers = states.length - 1;
  const chosen = request.layers ?? spread(layers, request.taps, request.pooling);
  if (chosen.length < 2 || chosen.some((layer, i) => !(layer in states) || layer <= (chosen[i - 1] ?? -1))) {
    const message = `Layers must be at least two of 0 to ${layers}, ascending; got ${chosen.join(', ')}. Choose others.`;
    throw new SidestreamError('encoder/bad-settings', message);
  }
  const taps = chosen.map((layer) => `layer_${layer}`);
  const state = new Map(taps.map((tap, i) => [tap, states[chosen[i]]]));
  model.prune([...state.values()]);
  // An exporter's own value may have the name of a tap.
  for (const name of taps) {
    model.rename(name, `original/${name}`);
    for (const [tap, value] of state) if (value === name) state.set(tap, `original/${name}`);
  }
  const mask = unifyInputs(model, request.image);
  addPooling(model, state, request.pooling, mask);
  for (const tap of taps) model.output(tap, ['batch', `${tap}_width`]);
  const reference = model.encode(taps);
  if (request.compute === 'int8') computeOnBytes(model);
  storeInBlocks(model);
  const compute = computesOnBytes(model) ? 'int8' : 'float';
  return { onnx: model.encode(taps, request.notice), reference, taps, layers, compute };
}

/**
 * `count` of the hidden states 0 to `layers`, evenly spaced, always with the last. The first token of the first layer's
 * input is the same for every input, so `cls` starts after it.
 */
function spread(layers: number, count: number, pooling: Pooling): number[] {
  const steps = Array.from({ length: count }, (_, i) => (pooling === 'cls' ? (i + 1) / count : i / (count - 1)));
  return [...new Set(steps.map((step) => Math.round(step * layers)))];
}

/** Gives the model the inputs of all encoders. @returns the name of the mask; null for an image model */
function unifyInputs(model: OnnxModel, image: AdaptRequest['image']): string | null {
  const fixed = model.inputs.find(({ dims }) => dims[0] !== null && dims[0] !== undefined);
  if (fixed) throw unsupported(`its input "${fixed.name}" is fixed to a batch of ${fixed.dims[0]}`);
  if (!image) return unifyTextInputs(model, findTextInputs(model));
  const input = findImageInput(model);
  if (input.side !== null && input.side !== image.size) {
    const message = `The model reads pictures of ${input.side} pixels, but its preprocessor makes ${image.size}. Give --size ${input.side}.`;
    throw new SidestreamError('encoder/bad-settings', message);
  }
  unifyImageInput(model, input, image.size, image.normalization);
  return null;
}

/** Pooling of a hidden state's tokens: the first token, or the mean of all tokens but padding. */
export type Pooling = (typeof POOLINGS)[number];

/**
 * Adds the operators that turn hidden states [batch, tokens, width] into taps [batch, width], float32.
 * @param states names of the hidden states by name of the tap
 * @param mask value [batch, tokens], 1 for a token and 0 for padding; null when there is no padding
 */
function addPooling(model: OnnxModel, states: Map<string, string>, pooling: Pooling, mask: string | null): void {
  if (pooling === 'cls') model.store(FIRST, [], new BigInt64Array([0n]));
  else if (mask !== null) addWeights(model, mask);
  model.int64(ROW, [0, -1]);
  for (const [tap, state] of states) {
    const float = model.node('Cast', `${tap}/float`, [state], { to: DataType.FLOAT });
    if (pooling === 'cls') model.node('Gather', tap, [float, FIRST], { axis: 1 });
    else if (mask === null) model.append([model.reduction('ReduceMean', tap, float, [1], 0, 18)]);
    else {
      // [batch, 1, tokens] x [batch, tokens, width]: the sum over tokens.
      const sum = model.node('MatMul', `${tap}/sum`, [TOKENS, float]);
      model.node('Reshape', tap, [model.node('Div', `${tap}/mean`, [sum, COUNT]), ROW]);
    }
  }
}

const FIRST = 'pooling/first';
const ROW = 'pooling/row';
/** The mask as float32, [batch, 1, tokens]. */
const TOKENS = 'pooling/tokens';
/** Tokens of each text, at least 1, [batch, 1, 1]. */
const COUNT = 'pooling/count';

function addWeights(model: OnnxModel, mask: string): void {
  const shape = model.int64('pooling/shape', [0, 1, -1]);
  const one = model.float('pooling/one', [], [1]);
  model.node('Reshape', TOKENS, [model.node('Cast', 'pooling/mask', [mask], { to: DataType.FLOAT }), shape]);
  model.append([model.reduction('ReduceSum', 'pooling/total', TOKENS, [2], 1, 13)]);
  model.node('Max', COUNT, ['pooling/total', one]);
}
