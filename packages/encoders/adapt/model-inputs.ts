import { DataType, type GraphInput, type OnnxModel, operator, unsupported } from '../onnx';

interface TextInputs {
  ids: GraphInput;
  mask: GraphInput;
  /** Segment of each token; always the first one here. */
  types: GraphInput | null;
}

interface ImageInput extends GraphInput {
  /** [batch, side, side, 3] instead of [batch, 3, side, side]. */
  channelsLast: boolean;
  /** Fixed side of the picture; null if the graph accepts any size. */
  side: number | null;
}

/** Channel statistics: the model reads (pixel * scale - mean) / deviation of pixels 0..1. */
export interface Normalization {
  scale: number;
  mean: number[];
  deviation: number[];
}

/** Identifies the inputs by their names. @throws SidestreamError `encoder/unsupported-graph` */
export function findTextInputs({ inputs }: OnnxModel): TextInputs {
  if (inputs.some(({ type }) => type !== DataType.INT32 && type !== DataType.INT64)) throw strange(inputs, 'token ids');
  const left = [...inputs];
  const take = (pattern: RegExp): GraphInput | null => {
    const at = left.findIndex(({ name }) => pattern.test(name));
    return at < 0 ? null : left.splice(at, 1)[0];
  };
  const types = take(/type|segment/i);
  const mask = take(/mask/i);
  const ids = take(/input_ids|word_ids|(^|[/:_.])ids?\b/i);
  if (!ids || !mask || left.length > 0) throw strange(inputs, 'token ids, an attention mask and perhaps token types');
  return { ids, mask, types };
}

/** @throws SidestreamError `encoder/unsupported-graph` */
export function findImageInput({ inputs }: OnnxModel): ImageInput {
  const [input, ...rest] = inputs;
  if (!input || rest.length > 0 || input.type !== DataType.FLOAT || input.dims.length !== 4) {
    throw strange(inputs, 'one picture in float32');
  }
  const channelsLast = input.dims[3] === 3 && input.dims[1] !== 3;
  return { ...input, channelsLast, side: input.dims[channelsLast ? 1 : 2] };
}

/**
 * Gives the model the inputs of every text encoder here: `input_ids` and `attention_mask`, int32 [batch, tokens].
 * @returns the name of the mask
 */
export function unifyTextInputs(model: OnnxModel, { ids, mask, types }: TextInputs): string {
  const own = (input: GraphInput): string => `original/${input.name}`;
  for (const input of [ids, mask, ...(types ? [types] : [])]) model.rename(input.name, own(input));
  const nodes = [
    operator('Cast', own(ids), ['input_ids'], { to: ids.type }),
    operator('Cast', own(mask), ['attention_mask'], { to: mask.type }),
  ];
  if (types) {
    nodes.push(operator('Sub', 'inputs/zeros', ['input_ids', 'input_ids']));
    nodes.push(operator('Cast', own(types), ['inputs/zeros'], { to: types.type }));
  }
  model.prepend(nodes);
  model.input('input_ids', 'int32', ['batch', 'tokens']);
  return model.input('attention_mask', 'int32', ['batch', 'tokens']);
}

/**
 * Gives the model the common input of image encoders: `pixels`, float32 [batch, 3, size, size], 0..1. What the model was
 * trained to read is computed inside.
 */
export function unifyImageInput(
  model: OnnxModel,
  input: ImageInput,
  size: number,
  { scale, mean, deviation }: Normalization,
): void {
  const own = `original/${input.name}`;
  model.rename(input.name, own);
  const dims = [3, 1, 1];
  const [factors, shifts] = [deviation.map((d) => scale / d), mean.map((m, c) => m / deviation[c])];
  const nodes = [
    operator('Mul', 'inputs/scaled', ['pixels', model.float('inputs/factor', dims, factors)]),
    operator('Sub', 'inputs/normalized', ['inputs/scaled', model.float('inputs/shift', dims, shifts)]),
  ];
  let value = 'inputs/normalized';
  if (input.channelsLast) {
    nodes.push(operator('Transpose', 'inputs/channels-last', [value], { perm: [0, 2, 3, 1] }));
    value = 'inputs/channels-last';
  }
  nodes.push(operator('Identity', own, [value]));
  model.prepend(nodes);
  model.input('pixels', 'float32', ['batch', 3, size, size]);
}

function strange(inputs: GraphInput[], wanted: string) {
  const names = inputs.map(({ name, dims }) => `${name}[${dims.map((d) => d ?? '?').join(', ')}]`).join(', ');
  return unsupported(`its inputs should be ${wanted}, but are ${names || 'none'}`);
}
