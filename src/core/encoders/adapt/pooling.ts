import { DataType, type Onnx, operator } from '../onnx';
import type { POOLINGS } from '../preset';
import type { OnnxModel } from './onnx-model';

/** Pooling of a hidden state's tokens: the first token, or the mean of all tokens but padding. */
export type Pooling = (typeof POOLINGS)[number];

/**
 * Adds the operators that turn hidden states [batch, tokens, width] into taps [batch, width], float32.
 * @param states names of the hidden states by name of the tap
 * @param mask value [batch, tokens], 1 for a token and 0 for padding; null when there is no padding
 */
export function addPooling(model: OnnxModel, states: Map<string, string>, pooling: Pooling, mask: string | null): void {
  const nodes = pooling === 'cls' ? [] : weights(model, mask);
  if (pooling === 'cls') model.store(FIRST, [], new BigInt64Array([0n]));
  model.store(ROW, [2], new BigInt64Array([0n, -1n]));
  for (const [tap, state] of states) {
    const float = `${tap}/float`;
    nodes.push(operator('Cast', float, [state], { to: DataType.FLOAT }));
    if (pooling === 'cls') nodes.push(operator('Gather', tap, [float, FIRST], { axis: 1 }));
    else if (mask === null) nodes.push(model.reduction('ReduceMean', tap, float, [1], 0, 18));
    else {
      // [batch, 1, tokens] x [batch, tokens, width]: the sum over tokens.
      nodes.push(operator('MatMul', `${tap}/sum`, [TOKENS, float]));
      nodes.push(operator('Div', `${tap}/mean`, [`${tap}/sum`, COUNT]));
      nodes.push(operator('Reshape', tap, [`${tap}/mean`, ROW]));
    }
  }
  model.append(nodes);
}

const FIRST = 'pooling/first';
const ROW = 'pooling/row';
/** The mask as float32, [batch, 1, tokens]. */
const TOKENS = 'pooling/tokens';
/** Tokens of each text, at least 1, [batch, 1, 1]. */
const COUNT = 'pooling/count';

function weights(model: OnnxModel, mask: string | null): Onnx.INodeProto[] {
  if (mask === null) return [];
  const shape = model.store('pooling/shape', [3], new BigInt64Array([0n, 1n, -1n]));
  const one = model.store('pooling/one', [], new Float32Array([1]));
  return [
    operator('Cast', 'pooling/mask', [mask], { to: DataType.FLOAT }),
    operator('Reshape', TOKENS, ['pooling/mask', shape]),
    model.reduction('ReduceSum', 'pooling/total', TOKENS, [2], 1, 13),
    operator('Max', COUNT, ['pooling/total', one]),
  ];
}
