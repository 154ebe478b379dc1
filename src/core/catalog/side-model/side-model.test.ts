import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sideModel } from '../../../../testing/side-models';
import type { SideAdapters } from './adapters';
import { MAX_SIDE_STATES, MAX_SIDE_WIDTH, pickSideModel, placeByContent, type SideModel } from './side-model';
import { decodeSideModel, encodeSideModel } from './side-model-file';

const invalid = expect.objectContaining({ code: 'bundle/invalid' });
const float = (bound: number) => fc.float({ min: Math.fround(-bound), max: Math.fround(bound), noNaN: true });

/** Any side model of up to 6 items. */
const anyModel = fc
  .record({
    count: fc.integer({ min: 0, max: 6 }),
    width: fc.integer({ min: 1, max: 9 }),
    states: fc.integer({ min: 1, max: MAX_SIDE_STATES }),
    bound: fc.constantFrom(1e-3, 1, 1e6),
  })
  .chain(({ count, width, states, bound }) => {
    const floats = (length: number) =>
      fc.array(float(bound), { minLength: length, maxLength: length }).map((values) => Float32Array.from(values));
    const state = fc.record({ decay: fc.double({ min: 0.001, max: 0.999, noNaN: true }), gain: floats(width) });
    return fc.record<SideModel>({
      width: fc.constant(width),
      states: fc.array(state, { minLength: states, maxLength: states }),
      vectors: floats(count * width),
      biases: floats(count),
    });
  });

describe('the file of a side model', () => {
  it('has decays, gains and biases as floats, and each vector within half a step', () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const { width, states, vectors, biases } = model;
        const count = biases.length;
        const bytes = encodeSideModel(model, count);
        expect(bytes.byteLength).toBe(16 + 4 * states.length * (1 + width) + count * (8 + width));
        const read = decodeSideModel(bytes.buffer, count);
        expect(read.width).toBe(width);
        expect(read.states.map(({ decay }) => decay)).toEqual(states.map(({ decay }) => Math.fround(decay)));
        expect(read.states.map(({ gain }) => gain)).toEqual(states.map(({ gain }) => gain));
        expect(read.biases).toEqual(biases);
        for (let row = 0; row < count; row++) {
          const own = vectors.subarray(row * width, (row + 1) * width);
          const step = Math.max(...own.map(Math.abs)) / 31;
          for (const [d, value] of own.entries()) {
            expect(Math.abs(read.vectors[row * width + d] - value)).toBeLessThanOrEqual(0.5001 * step + 1e-42);
          }
        }
        // Writing it again gives the same bytes.
        expect(decodeSideModel(encodeSideModel(read, count).buffer, count).states).toEqual(read.states);
      }),
    );
  });

  it('is refused when it is cut, too long, or for another number of items', () => {
    const bytes = encodeSideModel(sideModel(3, 2), 3);
    expect(() => decodeSideModel(bytes.buffer, 3)).not.toThrow();
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSideModel(bytes.slice(0, length).buffer, 3), `${length} bytes`).toThrow(invalid);
    }
    expect(() => decodeSideModel(Uint8Array.of(...bytes, 0).buffer, 3)).toThrow(invalid);
    for (const count of [0, 2, 4]) expect(() => decodeSideModel(bytes.buffer, count)).toThrow(invalid);
  });

  // Of 3 items, 2 values and 2 states: header of 16 bytes, 2 decays, 4 gains, 3 scales, 3 biases.
  it.each<[string, number, number]>([
    ['a decay of 0', 16, 0],
    ['a decay of 1', 20, 1],
    ['a decay below 0', 16, -0.5],
    ['a decay above 1', 20, 1.5],
    ['a decay that is not a number', 16, Number.NaN],
    ['a gain that is not a number', 24, Number.NaN],
    ['an infinite gain', 36, Number.POSITIVE_INFINITY],
    ['a scale below 0', 40, -1],
    ['a scale that is not a number', 48, Number.NaN],
    ['a scale by which values are infinite', 44, 3e38],
    ['a bias that is not a number', 52, Number.NaN],
    ['an infinite bias', 60, Number.NEGATIVE_INFINITY],
    ['a bias that makes scores infinite', 52, 3e38],
    ['a gain that makes scores infinite', 28, -3e38],
    ['a scale that makes scores infinite', 44, 1e30],
  ])('is refused with %s', (_, at, value) => {
    const bytes = encodeSideModel(sideModel(3, 2), 3);
    new DataView(bytes.buffer).setFloat32(at, value, true);
    expect(() => decodeSideModel(bytes.buffer, 3)).toThrow(invalid);
  });

  it.each<[string, number, number]>([
    ['no width', 4, 0],
    ['another width', 4, 3],
    ['too wide a vector', 4, MAX_SIDE_WIDTH + 1],
    ['a width beyond all memory', 4, 0xffff_ffff],
    ['no state', 8, 0],
    ['another number of states', 8, 3],
    ['too many states', 8, MAX_SIDE_STATES + 1],
    ['an adapter that it does not have', 12, 1],
    ['an adapter of an unknown part', 12, 8],
    ['another number of items', 0, 4],
  ])('is refused with %s in its head', (_, at, value) => {
    const bytes = encodeSideModel(sideModel(3, 2), 3);
    new DataView(bytes.buffer).setUint32(at, value, true);
    expect(() => decodeSideModel(bytes.buffer, 3)).toThrow(invalid);
  });

  const model = sideModel(3, 2);
  const withDecay = (decay: number): SideModel => ({ ...model, states: [{ ...model.states[0], decay }] });
  it.each<[string, SideModel]>([
    ['of other items', sideModel(4, 2)],
    ['whose vectors are of another width', { ...model, width: 3 }],
    ['without states', { ...model, states: [] }],
    ['with too many states', sideModel(3, 2, new Array(MAX_SIDE_STATES + 1).fill(0.5))],
    ['that is too wide', sideModel(3, MAX_SIDE_WIDTH + 1)],
    ['with gains of another width', { ...model, states: [{ decay: 0.5, gain: new Float32Array(3) }] }],
    ['with a decay of 0', withDecay(0)],
    ['with a decay of 1', withDecay(1)],
    ['with a decay that is 1 as a float', withDecay(1 - 1e-12)],
    ['with a decay that is not a number', withDecay(Number.NaN)],
    [
      'with a vector that is not finite',
      { ...model, vectors: model.vectors.map((x, at) => (at === 3 ? Number.NaN : x)) },
    ],
    ['with a bias that makes scores infinite', { ...model, biases: Float32Array.of(0, 3e38, 0) }],
    ['with a bias that is not finite', { ...model, biases: Float32Array.of(0, Number.POSITIVE_INFINITY, 0) }],
    ['with a gain that is not finite', { ...model, states: [{ decay: 0.5, gain: Float32Array.of(1, Number.NaN) }] }],
  ])('is not written for a model %s', (_, given) => {
    expect(() => encodeSideModel(given, 3)).toThrow(invalid);
  });
});

describe('a side model with adapters', () => {
  const model = sideModel(3, 10);
  const adapters: SideAdapters = {
    inputs: ['text', 'attributes'],
    context: new Float32Array(40).fill(0.25),
    rates: Float32Array.of(0.1, 0),
    fades: Float32Array.of(0.9, 0.5),
    start: new Float32Array(32).fill(0.5),
  };
  const whole: SideModel = { ...model, adapters };

  it('is read as it was written', () => {
    const bytes = encodeSideModel(whole, 3);
    expect(decodeSideModel(bytes.buffer, 3).adapters).toEqual(adapters);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSideModel(bytes.slice(0, length).buffer, 3), `${length} bytes`).toThrow(invalid);
    }
  });

  it.each<[string, Partial<SideAdapters>]>([
    ['no part', { inputs: [] }],
    ['a part that is there twice', { inputs: ['text', 'text'] }],
    ['a context of another width', { context: new Float32Array(39) }],
    ['a context that is not finite', { context: new Float32Array(40).fill(Number.NaN) }],
    ['a start of another size', { start: new Float32Array(31) }],
    ['a start that makes scores infinite', { start: new Float32Array(32).fill(3e38) }],
    ['a rate below 0', { rates: Float32Array.of(0.1, -0.1) }],
    ['a rate that is not finite', { rates: Float32Array.of(0.1, Number.POSITIVE_INFINITY) }],
    ['a fade of 1', { fades: Float32Array.of(0.9, 1) }],
    ['a fade of 0', { fades: Float32Array.of(0, 0.9) }],
  ])('is not written with %s', (_, change) => {
    expect(() => encodeSideModel({ ...model, adapters: { ...adapters, ...change } }, 3)).toThrow(invalid);
  });

  it('is not written if its rows contain only features of adapters', () => {
    const narrow = { ...adapters, context: new Float32Array(32) };
    expect(() => encodeSideModel({ ...sideModel(3, 8), adapters: narrow }, 3)).toThrow(invalid);
  });
});

describe('a side model of other rows', () => {
  const model = { ...sideModel(3, 2), digest: 'd' };

  it('maps to items in another order, with zeros for unknown ones', () => {
    const picked = pickSideModel(model, [2, -1, 0, 2]);
    const row = (at: number): number[] => [...model.vectors.subarray(2 * at, 2 * at + 2)];
    expect([...picked.vectors]).toEqual([...row(2), 0, 0, ...row(0), ...row(2)]);
    expect(picked.biases).toEqual(Float32Array.of(model.biases[2], 0, model.biases[0], model.biases[2]));
    expect(picked).toMatchObject({ width: 2, states: model.states, digest: 'd' });
  });

  it('places further items between the nearest by content, with the bias of the average item', () => {
    const content = { count: 5, width: 2, values: Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1, 0, 0) };
    expect(placeByContent(model, { count: 3, width: 2, values: content.values.subarray(0, 6) }, [])).toBe(model);
    const longer = placeByContent(pickSideModel(model, [0, 1, 2, -1, -1]), content, [3, 4]);
    expect([...longer.vectors.subarray(0, 6)]).toEqual([...model.vectors]);
    const average = model.biases.reduce((sum, bias) => sum + bias, 0) / 3;
    expect(longer.biases[3]).toBeCloseTo(average, 5);
    // By content, the fourth item equals the third, which therefore counts e^10 times as much as the others.
    for (const d of [0, 1]) expect(longer.vectors[6 + d]).toBeCloseTo(model.vectors[4 + d], 2);
    // The last one has no features, so nothing is known about it.
    expect([...longer.vectors.subarray(8)]).toEqual([0, 0]);
    expect(longer).toMatchObject({ width: 2, states: model.states, digest: 'd' });
  });
});
