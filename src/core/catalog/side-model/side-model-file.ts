import { SidestreamError } from '../../../error';
import { isModerate, isScale, listReader, littleEndian, quantizedRows } from '../../common/bytes';
import { ADAPTER_SIZE, ADAPTER_WEIGHTS, SIDE_INPUTS, type SideInput } from './adapters';
import { MAX_SIDE_STATES, MAX_SIDE_WIDTH, type SideModel, type SideRows } from './side-model';

/** Steps of the values of a vector: scores are sums of products of all of them, and few steps compress better. */
const STEPS = 31;

/** uint32 count, width, number of states, and a bit for each part with an adapter. */
const HEADER = 16;

const rowsLength = (count: number, width: number): number => count * (4 + 4 + width);
const headLength = (width: number, states: number, adapters: number): number =>
  HEADER + 4 * (states * (1 + width) + (adapters > 0 ? ADAPTER_SIZE * width + adapters * (2 + ADAPTER_WEIGHTS) : 0));

/**
 * Writes a side model, little-endian: uint32 number of items, width, number of states, and bits of the adapters' parts; float32 decay of each state,
 * then the float32 gains of each; if there are adapters, their float32 context, rates, fades and starts; then the rows as in `encodeSideRows`.
 * @throws SidestreamError `bundle/invalid` when it could not be read again: it is too wide, or training made a number that is not finite
 */
export function encodeSideModel(model: SideModel, count: number): Uint8Array<ArrayBuffer> {
  const { width, states, adapters } = model;
  const bytes = littleEndian(
    Uint32Array.of(count, width, states.length, maskOf(adapters?.inputs ?? [])),
    Float32Array.from(states, ({ decay }) => decay),
    ...states.map(({ gain }) => gain),
    ...(adapters ? [adapters.context, adapters.rates, adapters.fades, adapters.start] : []),
    encodeSideRows(model, width),
  );
  decodeSideModel(bytes.buffer, count);
  return bytes;
}

/** A number with one bit for each part that has an adapter. */
const maskOf = (inputs: readonly SideInput[]): number =>
  inputs.reduce((mask, input) => mask | (1 << SIDE_INPUTS.indexOf(input)), 0);
const inputsOf = (mask: number): SideInput[] => SIDE_INPUTS.filter((_, n) => mask & (1 << n));

/** Writes the rows of some items, little-endian: float32 scale of each, then float32 bias of each, then their int8 values. */
export function encodeSideRows({ vectors, biases }: SideRows, width: number): Uint8Array<ArrayBuffer> {
  const { scales, values } = quantizedRows(vectors, width, STEPS);
  return littleEndian(scales, biases, values);
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
  if (length === 0) return { width, states, ...readRows(read, count, width) };
  if (width <= ADAPTER_SIZE * length) throw invalid('its rows contain only features of adapters');
  const adapters = {
    inputs,
    context: moderate(read.floats(ADAPTER_SIZE * width)),
    rates: moderate(read.floats(length)),
    fades: read.floats(length),
    start: moderate(read.floats(length * ADAPTER_WEIGHTS)),
  };
  if (!adapters.rates.every((rate) => rate >= 0)) throw invalid('the rate of an adapter is below 0');
  if (!adapters.fades.every(isDecay)) throw invalid('an adapter never fades, or keeps nothing');
  return { width, states, adapters, ...readRows(read, count, width) };
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
  if (!values.every(isModerate)) throw invalid('a value is not finite, or too large');
  return values;
}

const isDecay = (decay: number): boolean => decay > 0 && decay < 1;

const invalid = (what: string): SidestreamError =>
  new SidestreamError('bundle/invalid', `The side model does not fit: ${what}. Train again with \`sidestream train\`.`);
