import { SidestreamError } from '../../error';
import { quantizeRow } from '../features/feature-table';
import { MAX_SIDE_STATES, MAX_SIDE_WIDTH, type SideModel } from './side-model';

/** uint32 count, width and number of states. */
const HEADER = 12;

const lengthOf = (count: number, width: number, states: number): number =>
  HEADER + 4 * states * (1 + width) + count * (4 + 4 + width);

/**
 * Writes a side model, little-endian: uint32 number of items, width and number of states; float32 decay of each state, then
 * the float32 gains of each; float32 scale of each item, then float32 bias of each; then `count * width` int8 values.
 * @throws SidestreamError `bundle/invalid` when it is of another number of items, too wide, or not finite
 */
export function encodeSideModel({ width, states, vectors, biases }: SideModel, count: number): Uint8Array<ArrayBuffer> {
  if (biases.length !== count || vectors.length !== count * width) {
    throw invalid(`it is of ${biases.length} items, the bundle has ${count}`);
  }
  if (!(width >= 1 && width <= MAX_SIDE_WIDTH)) throw invalid(`a vector has ${width} values`);
  if (!(states.length >= 1 && states.length <= MAX_SIDE_STATES)) throw invalid(`it has ${states.length} states`);
  if (!states.every(({ gain }) => gain.length === width)) throw invalid('a state has gains of another width');
  if (!states.every(({ decay }) => isDecay(decay))) throw invalid('a state never fades, or keeps nothing');
  const finite = [vectors, biases, ...states.map(({ gain }) => gain)].every((values) => values.every(Number.isFinite));
  if (!finite) throw invalid('a value is not finite');
  const bytes = new Uint8Array(lengthOf(count, width, states.length));
  const view = new DataView(bytes.buffer);
  for (const [n, value] of [count, width, states.length].entries()) view.setUint32(4 * n, value, true);
  let at = HEADER;
  const putFloats = (values: Iterable<number>): void => {
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
  };
  putFloats(states.map(({ decay }) => decay));
  for (const { gain } of states) putFloats(gain);
  const steps = new Int8Array(count * width);
  const scales = Float32Array.from({ length: count }, (_, row) =>
    quantizeRow(vectors.subarray(row * width, (row + 1) * width), steps, row * width),
  );
  if (!scales.every(isScale)) throw invalid('a value is too large');
  putFloats(scales);
  putFloats(biases);
  bytes.set(new Uint8Array(steps.buffer), at);
  return bytes;
}

/**
 * Reads what `encodeSideModel` wrote.
 * @param count items of the bundle
 * @throws SidestreamError `bundle/invalid` when it is no side model, or that of another catalogue
 */
export function decodeSideModel(bytes: ArrayBuffer, count: number): SideModel {
  const view = new DataView(bytes);
  if (bytes.byteLength < HEADER || view.getUint32(0, true) !== count) throw invalid('it is of other items');
  const width = view.getUint32(4, true);
  const number = view.getUint32(8, true);
  if (width < 1 || width > MAX_SIDE_WIDTH) throw invalid(`a vector has ${width} values`);
  if (number < 1 || number > MAX_SIDE_STATES) throw invalid(`it has ${number} states`);
  if (bytes.byteLength !== lengthOf(count, width, number)) throw invalid('the length is wrong');
  let at = HEADER;
  const floats = (length: number): Float32Array => {
    const values = Float32Array.from({ length }, (_, n) => view.getFloat32(at + 4 * n, true));
    at += 4 * length;
    if (!values.every(Number.isFinite)) throw invalid('a value is not finite');
    return values;
  };
  const decays = floats(number);
  if (!decays.every(isDecay)) throw invalid('a state never fades, or keeps nothing');
  const states = Array.from(decays, (decay) => ({ decay, gain: floats(width) }));
  const scales = floats(count);
  if (!scales.every(isScale)) throw invalid('a scale is below 0, or too large');
  const biases = floats(count);
  const steps = new Int8Array(bytes, at, count * width);
  const vectors = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    const scale = scales[row];
    for (let n = row * width; n < (row + 1) * width; n++) vectors[n] = steps[n] * scale;
  }
  return { width, states, vectors, biases };
}

/** As the file has it: a decay that is nearly 1 may be 1 there. */
const isDecay = (decay: number): boolean => Math.fround(decay) > 0 && Math.fround(decay) < 1;

/** Whether no value of a row of this scale is too large for a float. */
const isScale = (scale: number): boolean => scale >= 0 && Number.isFinite(Math.fround(128 * scale));

const invalid = (what: string): SidestreamError =>
  new SidestreamError('bundle/invalid', `The side model does not fit: ${what}. Train again with \`sidestream train\`.`);
