import { SidestreamError } from '../../../error';
import { isModerate, isScale, listReader, littleEndian, quantizeRow } from '../../common/bytes';
import { ADAPTER_SIZE, ADAPTER_WEIGHTS, SIDE_INPUTS, type SideAdapters, type SideInput } from './adapters';
import { MAX_SIDE_STATES, MAX_SIDE_WIDTH, type SideModel, type SideRows } from './side-model';

/** Steps of the values of a vector: scores are sums of products of all of them, and few steps compress better. */
const STEPS = 31;

/** uint32 count, width, number of states, and a bit for each part with an adapter. */
const HEADER = 16;
const EXTREME = 'a value is not finite, or too large';

const rowsLength = (count: number, width: number): number => count * (4 + 4 + width);
const headLength = (width: number, states: number, adapters: number): number =>
  HEADER + 4 * (states * (1 + width) + (adapters > 0 ? ADAPTER_SIZE * width + adapters * (2 + ADAPTER_WEIGHTS) : 0));

/**
 * Writes a side model, little-endian: uint32 number of items, width, number of states, and bits of the adapters' parts; float32 decay of each state,
 * then the float32 gains of each; if there are adapters, their float32 context, rates, fades and starts; then the rows as in `encodeSideRows`.
 * @throws SidestreamError `bundle/invalid` when its number of items is wrong, or it is too wide, or a value not finite or too large
 */
export function encodeSideModel(model: SideModel, count: number): Uint8Array<ArrayBuffer> {
  const { width, states, adapters, vectors, biases } = model;
  if (biases.length !== count || vectors.length !== count * width) {
    throw invalid(`it is for ${biases.length} items, but the bundle has ${count}`);
  }
  if (!(width >= 1 && width <= MAX_SIDE_WIDTH)) throw invalid(`a vector has ${width} values`);
  if (!(states.length >= 1 && states.length <= MAX_SIDE_STATES)) throw invalid(`it has ${states.length} states`);
  if (!states.every(({ gain }) => gain.length === width)) throw invalid('a state has gains of another width');
  if (!states.every(({ decay }) => isDecay(decay))) throw invalid('a state never fades, or keeps nothing');
  if (!states.every(({ gain }) => gain.every(isModerate))) throw invalid(EXTREME);
  const fault = adapters && adaptersFault(adapters, width);
  if (fault) throw invalid(fault);
  return littleEndian(
    Uint32Array.of(count, width, states.length, maskOf(adapters?.inputs ?? [])),
    Float32Array.from(states, ({ decay }) => decay),
    ...states.map(({ gain }) => gain),
    ...(adapters ? [adapters.context, adapters.rates, adapters.fades, adapters.start] : []),
    encodeSideRows(model, width),
  );
}

/** The error in adapters, as the rest of a sentence; null if they are valid. */
function adaptersFault({ inputs, context, rates, fades, start }: SideAdapters, width: number): string | null {
  const { length } = inputs;
  const sizes = [rates.length, fades.length, start.length / ADAPTER_WEIGHTS, context.length / (ADAPTER_SIZE * width)];
  if (sizes.join() !== [length, length, length, 1].join()) return 'its adapters are incomplete';
  if (inputs.join() !== inputsOf(maskOf(inputs)).join()) return 'its adapters are not those of different parts';
  if (width <= ADAPTER_SIZE * length) return 'its rows contain only features of adapters';
  if (![context, rates, start].every((values) => values.every(isModerate))) return EXTREME;
  if (!rates.every((rate) => rate >= 0)) return 'the rate of an adapter is below 0';
  return fades.every(isDecay) ? null : 'an adapter never fades, or keeps nothing';
}

/** A number with one bit for each part that has an adapter. */
const maskOf = (inputs: readonly SideInput[]): number =>
  inputs.reduce((mask, input) => mask | (1 << SIDE_INPUTS.indexOf(input)), 0);
const inputsOf = (mask: number): SideInput[] => SIDE_INPUTS.filter((_, n) => mask & (1 << n));

/**
 * Writes the rows of some items, little-endian: float32 scale of each, then float32 bias of each, then their int8 values.
 * @throws SidestreamError `bundle/invalid` when a value is not finite or too large
 */
export function encodeSideRows({ vectors, biases }: SideRows, width: number): Uint8Array<ArrayBuffer> {
  const count = biases.length;
  if (![vectors, biases].every((values) => values.every(isModerate))) throw invalid(EXTREME);
  const steps = new Int8Array(count * width);
  const scales = Float32Array.from({ length: count }, (_, row) =>
    quantizeRow(vectors.subarray(row * width, (row + 1) * width), steps, row * width, STEPS),
  );
  return littleEndian(scales, biases, steps);
}

/**
 * Reads the output of `encodeSideModel`.
 * @param count number of items in the bundle
 * @throws SidestreamError `bundle/invalid` when it is not a side model, or belongs to another catalogue
 */
export function decodeSideModel(bytes: ArrayBuffer, count: number): SideModel {
  const read = listReader(bytes);
  const [items, width, number, mask] = read.uint32(bytes.byteLength < HEADER ? 0 : 4);
  if (items !== count) throw invalid('it is for other items');
  if (width < 1 || width > MAX_SIDE_WIDTH) throw invalid(`a vector has ${width} values`);
  if (number < 1 || number > MAX_SIDE_STATES) throw invalid(`it has ${number} states`);
  const inputs = inputsOf(mask);
  if (mask !== maskOf(inputs)) throw invalid('it has adapters of unknown parts');
  const { length } = inputs;
  if (bytes.byteLength !== headLength(width, number, length) + rowsLength(count, width)) {
    throw invalid('the length is wrong');
  }
  const decays = read.floats(number);
  if (!decays.every(isDecay)) throw invalid('a state never fades, or keeps nothing');
  const states = Array.from(decays, (decay) => ({ decay, gain: moderate(read.floats(width)) }));
  const adapters = length > 0 && {
    inputs,
    context: read.floats(ADAPTER_SIZE * width),
    rates: read.floats(length),
    fades: read.floats(length),
    start: read.floats(length * ADAPTER_WEIGHTS),
  };
  const fault = adapters && adaptersFault(adapters, width);
  if (fault) throw invalid(fault);
  return { width, states, ...(adapters && { adapters }), ...readRows(read, count, width) };
}

/** Reads the output of `encodeSideRows`. @throws SidestreamError `bundle/invalid` when its size does not match */
export function decodeSideRows(bytes: ArrayBuffer, count: number, width: number): SideRows {
  if (bytes.byteLength !== rowsLength(count, width)) throw invalid('the rows of a shard have the wrong length');
  return readRows(listReader(bytes), count, width);
}

function readRows(read: ReturnType<typeof listReader>, count: number, width: number): SideRows {
  const scales = moderate(read.floats(count));
  if (!scales.every(isScale)) throw invalid('a scale is below 0, or too large');
  const biases = moderate(read.floats(count));
  const steps = read.int8(count * width);
  const vectors = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    const scale = scales[row];
    for (let n = row * width; n < (row + 1) * width; n++) vectors[n] = steps[n] * scale;
  }
  return { vectors, biases };
}

function moderate(values: Float32Array): Float32Array {
  if (!values.every(isModerate)) throw invalid(EXTREME);
  return values;
}

/** Checked as stored: a decay close to 1 may round to 1 in the file. */
const isDecay = (decay: number): boolean => Math.fround(decay) > 0 && Math.fround(decay) < 1;

const invalid = (what: string): SidestreamError =>
  new SidestreamError('bundle/invalid', `The side model does not fit: ${what}. Train again with \`sidestream train\`.`);
