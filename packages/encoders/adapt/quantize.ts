import { dimsOf, floatsOf, type Onnx, type OnnxModel } from '../onnx';

/** Smaller tensors (biases, norms) stay float32. */
const MIN_QUANTIZED_VALUES = 4096;
/** Maximum number of weights that share one scale. */
const BLOCK = 64;

/**
 * Stores the weight tables and matrices of a model as int8 in blocks that share a scale, followed by Cast, Mul and Reshape, which runtimes
 * fold when they load the file: small on disk, float32 at run time.
 */
export function storeInBlocks(model: OnnxModel): void {
  const nodes: Onnx.INodeProto[] = [];
  for (const [name, tensor] of [...model.constants]) {
    const dims = dimsOf(tensor);
    const values = dims.length > 1 ? floatsOf(tensor) : null;
    if (!values || values.length < MIN_QUANTIZED_VALUES) continue;
    const block = largestBlock(values.length);
    if (block < 16) continue;
    model.constants.delete(name);
    nodes.push(...model.int8Rows(name, values, block, dims));
  }
  model.prepend(nodes);
}

/** The largest block of at most 64 that divides the tensor. */
function largestBlock(length: number): number {
  let block = BLOCK;
  while (length % block !== 0) block--;
  return block;
}

/** Operators of graphs whose products already run on bytes. */
const INTEGER_OPERATORS = new Set([
  ...['DynamicQuantizeLinear', 'MatMulInteger', 'QLinearMatMul', 'ConvInteger', 'QLinearConv'],
  ...['DynamicQuantizeMatMul', 'MatMulIntegerToFloat', 'QAttention'],
]);

/** Whether products of this model run on bytes. */
export const computesOnBytes = (model: OnnxModel): boolean => model.nodes.some(({ op }) => INTEGER_OPERATORS.has(op));
