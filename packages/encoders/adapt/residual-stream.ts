import { type GraphNode, type OnnxModel, unsupported } from '../onnx';

/*
 * A transformer adds to one stream of [batch, tokens, width]: x + attention(x), then x + feed-forward(x). Whatever exporter
 * wrote the graph, such an addition has one operand from which the other was computed through stored weights. Names and
 * the way norms and activations are spelt out play no part.
 */

/** Operators that add two values; the second kind normalises the sum at once. */
const SUMS = new Set(['Add', 'Sum']);
const NORMALISING_SUMS = new Set(['SkipLayerNormalization', 'SkipSimplifiedLayerNormalization']);
/** Where `SkipLayerNormalization` puts the sum itself, when asked. */
const SUM_OUTPUT = 3;

/** Operators with trained weights. */
const WEIGHTED = new Set([
  ...['MatMul', 'Gemm', 'Conv', 'Einsum', 'MatMulInteger', 'QLinearMatMul', 'ConvInteger', 'QLinearConv'],
  ...['FusedMatMul', 'FusedGemm', 'FusedConv', 'MatMulNBits', 'DynamicQuantizeMatMul', 'MatMulIntegerToFloat'],
  ...['Attention', 'QAttention', 'PackedAttention'],
]);
/** Operators that compute a whole attention. */
const ATTENTION = new Set([
  ...['Attention', 'QAttention', 'PackedAttention', 'MultiHeadAttention', 'PackedMultiHeadAttention'],
  ...['GroupQueryAttention', 'QOrderedAttention'],
]);
const PRODUCTS = new Set(['MatMul', 'FusedMatMul', 'Einsum']);
/** Operators of layer norms: none of them mixes tokens or uses weight matrices. */
const NORM_PARTS = new Set([
  ...['LayerNormalization', 'SimplifiedLayerNormalization', 'RMSNormalization', 'Identity', 'Dropout', 'Cast'],
  ...['Add', 'Sub', 'Mul', 'Div', 'Neg', 'Pow', 'Sqrt', 'Rsqrt', 'Reciprocal', 'ReduceMean', 'ReduceSum'],
  ...['ReduceSumSquare', 'Max', 'Abs'],
]);

/** One addition to the stream. */
interface Residual {
  before: string;
  /** The sum; '' if a fused operator does not output it. */
  sum: string;
  node: GraphNode;
  /** The operators after the sum that have no weights, in order: its norm, step by step. */
  norm: string[];
  attention: boolean;
}

/**
 * The hidden states of a transformer encoder, shallow to deep: the input of each layer and the output of the last. In a
 * post-norm model (BERT) they are normalised, in a pre-norm model (ViT) they are the bare sums.
 * @returns names of values, one more than layers
 * @throws SidestreamError `encoder/unsupported-graph` when the graph does not consist of such layers
 */
export function findHiddenStates(model: OnnxModel): string[] {
  const constant = model.constantValues();
  const chain = longestChain(findResiduals(model, constant));
  const layers = chain.filter(({ attention }) => attention);
  if (layers.length === 0) throw unsupported('no attention layers that add to a residual stream were found in it');
  const attentions = countAttentions(model.nodes, constant);
  // One more attention is usual: a head that pools by attention.
  if (attentions > layers.length + 1) {
    throw unsupported(`it has ${attentions} attentions, but only ${layers.length} in one residual stream`);
  }
  if (chain.length === 1) throw unsupported('its only layer has no feed-forward part');
  return [...layers.map(({ before }) => before), lastState(chain)];
}

/** The end of the stream: at the same offset after the last sum as the continuation after the previous sum. */
function lastState(chain: Residual[]): string {
  const last = chain[chain.length - 1];
  const previous = chain[chain.length - 2];
  const step = previous.norm.indexOf(last.before);
  if (step >= 0) {
    if (step < last.norm.length) return last.norm[step];
    throw unsupported('its last layer ends differently from the previous ones');
  }
  if (last.sum) return last.sum;
  // The fused operator does not output the sum yet.
  const name = `${last.node.outputs[0]}/sum`;
  while (last.node.outputs.length < SUM_OUTPUT) last.node.outputs.push('');
  last.node.outputs[SUM_OUTPUT] = name;
  last.node.proto.output = last.node.outputs;
  return name;
}

function findResiduals(model: OnnxModel, constant: Set<string>): Residual[] {
  const { nodes } = model;
  const producers = model.producers();
  const ancestors = ancestorSets(nodes, producers);
  const residuals: Residual[] = [];
  for (const [i, node] of nodes.entries()) {
    const fused = NORMALISING_SUMS.has(node.op);
    if (!fused && !SUMS.has(node.op)) continue;
    const [a, b, ...rest] = fused ? node.inputs.slice(0, 2) : node.inputs;
    if (rest.length > 0 || constant.has(a) || constant.has(b)) continue;
    for (const [before, branch] of [
      [a, b],
      [b, a],
    ]) {
      const [start, end] = [producers.get(before), producers.get(branch)];
      if (start === undefined || end === undefined || !ancestors[end].has(start)) continue;
      const between = nodes.filter((_, n) => (n === end || ancestors[end].has(n)) && ancestors[n].has(start));
      const isWeighted = between.some(({ op, reads }) => WEIGHTED.has(op) && reads.some((name) => constant.has(name)));
      if (!isWeighted) continue;
      const sum = fused ? (node.outputs[SUM_OUTPUT] ?? '') : node.outputs[0];
      const attention = between.some((part) => isAttention(part, constant));
      residuals.push({ before, sum, node, norm: normOf(nodes, i, sum, constant), attention });
    }
  }
  return residuals;
}

/** The longest run of additions in which each continues the stream where the previous one left it. */
function longestChain(residuals: Residual[]): Residual[] {
  let longest: Residual[] = [];
  const chains: Residual[][] = [];
  for (const residual of residuals) {
    const { before } = residual;
    const previous = residuals.findLastIndex(
      ({ sum, norm }, i) => i in chains && (sum === before || norm.includes(before)),
    );
    const chain = previous < 0 ? [residual] : [...chains[previous], residual];
    chains.push(chain);
    if (chain.length > longest.length) longest = chain;
  }
  return longest;
}

/** Values that follow from the sum only through parts of norms, in the order of the graph. */
function normOf(nodes: GraphNode[], start: number, sum: string, constant: Set<string>): string[] {
  const { op, outputs } = nodes[start];
  const norm = NORMALISING_SUMS.has(op) ? [outputs[0]] : [];
  const reached = new Set([sum, ...norm]);
  for (const node of nodes.slice(start + 1)) {
    if (!NORM_PARTS.has(node.op) || !node.reads.some((name) => reached.has(name))) continue;
    if (!node.reads.every((name) => reached.has(name) || constant.has(name))) continue;
    reached.add(node.outputs[0]);
    norm.push(node.outputs[0]);
  }
  return norm;
}

/** A softmax, or a product of two values that both depend on the input. */
const isAttention = ({ op, inputs }: GraphNode, constant: Set<string>): boolean =>
  op === 'Softmax' || ATTENTION.has(op) || isProduct(op, inputs, constant);

const isProduct = (op: string, inputs: string[], constant: Set<string>): boolean =>
  PRODUCTS.has(op) && inputs.filter((name) => !constant.has(name)).length > 1;

function countAttentions(nodes: GraphNode[], constant: Set<string>): number {
  const whole = nodes.filter(({ op }) => op === 'Softmax' || ATTENTION.has(op)).length;
  return whole || Math.floor(nodes.filter(({ op, inputs }) => isProduct(op, inputs, constant)).length / 2);
}

/** For every node the nodes it depends on. */
function ancestorSets(nodes: GraphNode[], producers: Map<string, number>): Set<number>[] {
  const sets: Set<number>[] = [];
  for (const { reads } of nodes) {
    const all = new Set<number>();
    for (const name of reads) {
      const producer = producers.get(name);
      if (producer === undefined) continue;
      if (producer >= sets.length) throw unsupported('its operators are not in the order in which they are computed');
      all.add(producer);
      for (const ancestor of sets[producer]) all.add(ancestor);
    }
    sets.push(all);
  }
  return sets;
}
