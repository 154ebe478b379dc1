import {
  dispose,
  mul,
  type Scalar,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  valueAndGrads,
} from '@tensorflow/tfjs-core';
import * as v from 'valibot';
import { beforeAll, describe, expect, test } from 'vitest';
import { seededRandom, uniform } from '../../../../src/core/common/random';
import { BACKENDS, countingTensors, useBackend } from '../../../../testing/backends';
import { gradientsOf, type Loss } from './gradients';
import {
  adapterQueries,
  choiceLoss,
  GATE_SPEED,
  itemVectors,
  pickRows,
  type SequencePlaces,
  type SideItems,
  sequencePlaces,
  shopperQueries,
} from './network';
import {
  freshSideWeights,
  SIDE_NAMES,
  type SideConfig,
  sideConfigSchema,
  sideExpertCount,
  sideInputNames,
} from './side-weights';
import { Trainer } from './trainer';
import { type Parameters, parametersFrom, type Weights } from './weights';

const COUNT = 3;
const CONFIG: SideConfig = {
  width: 3,
  hidden: 4,
  inputs: { text: 2, image: 0, attributes: 3 },
  decays: [0.3, 0.9],
};

/** Weights in which nothing is 0, with two experts of the text. */
function someWeights(experts = 2): Weights {
  const random = seededRandom(5);
  const weights: Record<string, Weights[string]> = { ...freshSideWeights(CONFIG, COUNT, random) };
  for (let n = 1; n < experts; n++) {
    for (const [name, weight] of Object.entries(freshSideWeights(CONFIG, COUNT, random))) {
      if (name.startsWith('text.experts.')) weights[name.replace('.0.', `.${n}.`)] = weight;
    }
  }
  if (experts > 1) {
    weights[sideInputNames('text').router] = { shape: [experts, 2], values: new Float32Array(2 * experts) };
  }
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, values }]) => [
      name,
      { shape, values: values.map((value) => value + 1.4 * (random() - 0.5)) },
    ]),
  );
}

const TEXT = [
  [0.5, -1],
  [2, 0.3],
  [-0.7, 0.1],
];
const ATTRIBUTES = [
  [1, 0, -1],
  [0.2, 0.4, 0],
  [-1, 2, 0.5],
];
const LOG_POPULARITY = [1.2, 0.7, 0];

const someItems = (kept: number[] = [1, 1, 0]): SideItems => ({
  inputs: { text: tensor2d(TEXT), attributes: tensor2d(ATTRIBUTES) },
  kept: tensor2d(kept, [3, 1]),
  logPopularity: tensor2d(LOG_POPULARITY, [3, 1]),
});

const freeItems = ({ inputs, kept, logPopularity, dropout }: SideItems): void =>
  dispose([...Object.values(inputs), kept, logPopularity, ...Object.values(dropout ?? {})]);

/** Times between the places of sequences of a length. */
const placesOf = (length: number): SequencePlaces => {
  const { ages, earlier } = sequencePlaces(length);
  return { ages: tensor2d(ages, [length, length]), earlier: tensor2d(earlier, [length, length]) };
};

/** Error function by its series, for numbers of moderate size. */
function erf(x: number): number {
  let [sum, term] = [0, x];
  for (let n = 0; n < 60; n++) {
    sum += term / (2 * n + 1);
    term *= (-x * x) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
const gelu = (x: number): number => 0.5 * x * (1 + erf(x / Math.SQRT2));

const matrixOf = ({ shape, values }: Weights[string]): number[][] =>
  Array.from({ length: shape[0] }, (_, row) => {
    const width = values.length / shape[0];
    return [...values.subarray(row * width, (row + 1) * width)];
  });
const times = (matrix: number[][], x: number[]): number[] =>
  matrix.map((row) => row.reduce((total, value, d) => total + value * x[d], 0));

/** Columns of an item: a vector of 3, four features of each of two adapters, the bias. */
const COLUMNS = 12;

/** Vector, features and bias of an item by plain sums. */
function plainVector(weights: Weights, n: number, kept: number, factors?: Record<'text' | 'attributes', number[]>) {
  const get = (name: string): number[][] => matrixOf(weights[name]);
  const vector = get(SIDE_NAMES.embedding)[n].map((value) => kept * value);
  const features: number[] = [];
  let bias = kept * (get(SIDE_NAMES.bias)[n][0] + get(SIDE_NAMES.popularity)[0][0] * LOG_POPULARITY[n]);
  for (const [input, x] of [
    ['text', TEXT[n]],
    ['attributes', ATTRIBUTES[n]],
  ] as const) {
    for (const [d, value] of times(get(`${input}.skip.weight`), x).entries()) vector[d] += value;
    features.push(...times(get(`${input}.adapter.weight`), x).map(gelu));
    const experts = sideExpertCount(weights, input);
    const logits =
      experts > 1 ? times(get(`${input}.router.weight`), x).map((logit) => Math.exp(GATE_SPEED * logit)) : [1];
    const total = logits.reduce((all, value) => all + value, 0);
    for (let expert = 0; expert < experts; expert++) {
      const name = `${input}.experts.${expert}`;
      const offset = [...weights[`${name}.down.bias`].values];
      const hidden = times(get(`${name}.down.weight`), x).map(
        (value, at) => gelu(value + offset[at]) * (factors?.[input][at] ?? 1) * (logits[expert] / total),
      );
      for (const [d, value] of times(get(`${name}.up.weight`), hidden).entries()) vector[d] += value;
      bias += times(get(`${name}.out.weight`), hidden)[0];
    }
  }
  return [...vector, ...features, bias];
}

/** Central differences of a function of some numbers. */
function differences(values: ArrayLike<number>, f: (values: number[]) => number, step = 0.01): number[] {
  const given = Array.from(values);
  return given.map((value, at) => {
    const moved = (by: number): number => f(given.map((own, n) => (n === at ? value + by : own)));
    return (moved(step) - moved(-step)) / (2 * step);
  });
}

const expectClose = (values: ArrayLike<number>, expected: ArrayLike<number>, digits: number): void => {
  expect(values.length).toBe(expected.length);
  for (let at = 0; at < values.length; at++) expect(values[at]).toBeCloseTo(expected[at], digits);
};

for (const backend of BACKENDS) {
  describe(`the side network on ${backend}`, () => {
    beforeAll(() => useBackend(backend));

    test.each([1, 2, 3])(
      'item vectors with %i experts of the text are plain sums; no tensor is left',
      async (experts) => {
        const weights = someWeights(experts);
        await countingTensors(async () => {
          const parameters = parametersFrom(weights);
          const items = someItems();
          const all = tidy(() => itemVectors(parameters, items));
          expect(all.shape).toEqual([3, COLUMNS]);
          const values = await all.data();
          for (const [n, kept] of [1, 1, 0].entries()) {
            expectClose(values.subarray(COLUMNS * n, COLUMNS * (n + 1)), plainVector(weights, n, kept), 4);
          }
          dispose(all);
          freeItems(items);
          dispose(parameters);
        });
      },
    );

    test('hidden units are dropped in the experts of their part', async () => {
      const weights = someWeights();
      const factors = { text: [0, 1.25, 1.25, 0], attributes: [1.25, 0, 1.25, 1.25] };
      await countingTensors(async () => {
        const parameters = parametersFrom(weights);
        const three = (row: number[]): Tensor2D => tensor2d([row, row, row]);
        const items = {
          ...someItems(),
          dropout: { text: three(factors.text), attributes: three(factors.attributes) },
        };
        const all = tidy(() => itemVectors(parameters, items));
        expectClose((await all.data()).subarray(0, COLUMNS), plainVector(weights, 0, 1, factors), 4);
        dispose(all);
        freeItems(items);
        dispose(parameters);
      });
    });

    test('an item with a dropped embedding is placed only by its content', async () => {
      const weights = someWeights();
      const changed = {
        ...weights,
        [SIDE_NAMES.embedding]: { shape: [COUNT, 3], values: new Float32Array(3 * COUNT).fill(9) },
        [SIDE_NAMES.bias]: { shape: [COUNT, 1], values: new Float32Array(COUNT).fill(9) },
        [SIDE_NAMES.popularity]: { shape: [1, 1], values: Float32Array.of(9) },
      };
      const [one, two] = [weights, changed].map((given) => {
        const parameters = parametersFrom(given);
        const items = someItems([0, 1, 0]);
        const all = tidy(() => itemVectors(parameters, items));
        const values = all.dataSync().slice();
        dispose(all);
        freeItems(items);
        dispose(parameters);
        return values;
      });
      const row = (values: ArrayLike<number>, n: number) => Array.from(values).slice(COLUMNS * n, COLUMNS * (n + 1));
      for (const n of [0, 2]) expect(row(one, n)).toEqual(row(two, n));
      expect(row(one, 1)).not.toEqual(row(two, 1));
    });

    test('the gradients of all weights of item vectors agree with differences', async () => {
      const weights = someWeights();
      await countingTensors(async () => {
        const ofStates = /^state\.|\.adapter\.(start|rate|fade)$/;
        const names = Object.keys(weights).filter((name) => !ofStates.test(name));
        const parameters = parametersFrom(weights);
        const items = someItems();
        const factors = tensor2d(uniform(seededRandom(8), 3 * COLUMNS, 1), [3, COLUMNS]);
        const value = (parameters: Parameters): Scalar =>
          tidy(() => sum(mul(itemVectors(parameters, items), factors)) as Scalar);
        const { gradients } = await gradientsOf(value, weights, names);
        expect(Object.keys(gradients).sort()).toEqual(names.sort());
        for (const name of names) {
          const { shape } = weights[name];
          const byHand = differences(weights[name].values, (values) => {
            const changed = tensor(values, shape);
            const moved = value({ ...parameters, [name]: changed });
            const [number] = moved.dataSync();
            dispose([moved, changed]);
            return number;
          });
          expectClose(gradients[name], byHand, 2);
        }
        dispose(parameters);
        dispose(factors);
        freeItems(items);
      });
    });

    test('rows are picked with repeats, and gradients add up over repeats', async () => {
      const x = [
        [1, 2],
        [3, 4],
        [5, 6],
      ];
      const indices = [2, 0, 2, 2];
      await countingTensors(async () => {
        const [given, picked] = [tensor2d(x), tensor1d(indices, 'int32')];
        const weights = tensor2d(uniform(seededRandom(2), 8, 1), [4, 2]);
        const value = (of: Tensor): Scalar => sum(mul(pickRows(of as Tensor2D, picked), weights)) as Scalar;
        const plain = tidy(() => pickRows(given, picked));
        expect([...(await plain.data())]).toEqual(indices.flatMap((row) => x[row]));
        const { grads, value: at } = valueAndGrads((of) => value(of))([given]);
        const byHand = differences(x.flat(), (values) => tidy(() => value(tensor2d(values, [3, 2])).dataSync()[0]));
        expectClose(await grads[0].data(), byHand, 2);
        // Nobody picked this one.
        expect([...(await grads[0].data())].slice(2, 4)).toEqual([0, 0]);
        dispose([given, picked, weights, plain, at, ...grads]);
      });
    });

    test('queries of shoppers are their fading states, read out; gradients agree with differences', async () => {
      const [length, sequences, width] = [5, 2, 3];
      const weights = someWeights();
      const given = uniform(seededRandom(4), length * sequences * width, 1);
      // No choice at this place.
      given.fill(0, (2 * sequences + 1) * width, (2 * sequences + 2) * width);
      /** By the recurrence. */
      const plain = (logits: ArrayLike<number>, gains: ArrayLike<number>, choices: ArrayLike<number>): number[] => {
        const out = new Array<number>(length * sequences * width).fill(0);
        for (let b = 0; b < sequences; b++) {
          for (let h = 0; h < logits.length; h++) {
            const decay = 1 / (1 + Math.exp(-logits[h]));
            const state = new Array<number>(width).fill(0);
            for (let t = 0; t < length; t++) {
              for (let d = 0; d < width; d++) {
                const at = (t * sequences + b) * width + d;
                out[at] += gains[h * width + d] * state[d];
                state[d] = decay * state[d] + choices[at];
              }
            }
          }
        }
        return out;
      };
      await countingTensors(async () => {
        const places = placesOf(length);
        const choices = tensor2d(given, [length * sequences, width]);
        const [logits, gains] = [SIDE_NAMES.decay, SIDE_NAMES.gain].map((name) => weights[name]);
        const [decay, gain] = [tensor2d(logits.values, [2, 1]), tensor2d(gains.values, [2, width])];
        const factors = uniform(seededRandom(9), given.length, 1);
        const weigh = tensor2d(factors, [length * sequences, width]);
        const queries = tidy(() =>
          shopperQueries({ [SIDE_NAMES.decay]: decay, [SIDE_NAMES.gain]: gain }, choices, places),
        );
        expectClose(await queries.data(), plain(logits.values, gains.values, given), 4);
        // Nothing is known before the first choice.
        expect([...(await queries.data())].slice(0, sequences * width).every((value) => value === 0)).toBe(true);
        const { grads, value } = valueAndGrads((a, b, c) =>
          sum(mul(shopperQueries({ [SIDE_NAMES.decay]: a, [SIDE_NAMES.gain]: b }, c as Tensor2D, places), weigh)),
        )([decay, gain, choices]);
        const total = (values: number[]): number => values.reduce((all, number, at) => all + number * factors[at], 0);
        const step = 1e-4;
        const byHand = [
          differences(logits.values, (values) => total(plain(values, gains.values, given)), step),
          differences(gains.values, (values) => total(plain(logits.values, values, given)), step),
          differences(given, (values) => total(plain(logits.values, gains.values, values)), step),
        ];
        for (const [n, expected] of byHand.entries()) expectClose(await grads[n].data(), expected, 3);
        dispose([choices, decay, gain, weigh, queries, value, ...grads, ...Object.values(places)]);
      });
    });

    test('adapters take one gradient step a choice and fade to their start; gradients agree with differences', async () => {
      const [length, sequences, width, inputs] = [4, 2, 3, ['text', 'attributes'] as const];
      const columns = 4 * inputs.length;
      const weights = someWeights(1);
      const names = [
        SIDE_NAMES.context,
        ...inputs.flatMap((input) => {
          const { adapterStart, adapterRate, adapterFade } = sideInputNames(input);
          return [adapterStart, adapterRate, adapterFade];
        }),
      ];
      const numbers = (seed: number, size: number) => [...uniform(seededRandom(seed), size, 1)];
      const [queries, features] = [numbers(4, length * sequences * width), numbers(5, length * sequences * columns)];
      /** By the recurrence W <- start + fade (W - start) + rate phi psi^T. */
      const plain = (of: Record<string, ArrayLike<number>>, given: number[], phis: number[]): number[] => {
        const out: number[] = new Array(length * sequences * columns).fill(0);
        for (let b = 0; b < sequences; b++) {
          for (const [n, input] of inputs.entries()) {
            const { adapterStart, adapterRate, adapterFade } = sideInputNames(input);
            const start = Array.from(of[adapterStart]);
            const [rate, fade] = [of[adapterRate][0] ** 2, 1 / (1 + Math.exp(-of[adapterFade][0]))];
            const learned = [...start];
            for (let t = 0; t < length; t++) {
              const place = t * sequences + b;
              const query = given.slice(place * width, (place + 1) * width);
              const context = Array.from(of[SIDE_NAMES.context]);
              const psi = [0, 1, 2, 3].map((j) =>
                Math.tanh(query.reduce((sum, value, d) => sum + context[j * width + d] * value, 0)),
              );
              for (let at = 0; at < 16; at++) {
                const [j, d] = [Math.floor(at / 4), at % 4];
                out[place * columns + 4 * n + d] += learned[at] * psi[j];
                learned[at] =
                  start[at] + fade * (learned[at] - start[at]) + rate * phis[place * columns + 4 * n + d] * psi[j];
              }
            }
          }
        }
        return out;
      };
      await countingTensors(async () => {
        const places = placesOf(length);
        const own = Object.fromEntries(names.map((name) => [name, weights[name].values]));
        const marks = Object.fromEntries(inputs.map((input) => [sideInputNames(input).adapter, tensor2d([[0]])]));
        const tensors = names.map((name) => tensor(weights[name].values, weights[name].shape));
        const given = [
          tensor2d(queries, [length * sequences, width]),
          tensor2d(features, [length * sequences, columns]),
        ];
        const factors = numbers(6, length * sequences * columns);
        const weigh = tensor2d(factors, [length * sequences, columns]);
        const read = (parts: Tensor[]): Tensor2D => {
          const parameters = { ...marks, ...Object.fromEntries(names.map((name, n) => [name, parts[n]])) };
          return adapterQueries(
            parameters,
            parts[names.length] as Tensor2D,
            parts[names.length + 1] as Tensor2D,
            places,
          );
        };
        const result = tidy(() => read([...tensors, ...given]));
        expectClose(await result.data(), plain(own, queries, features), 4);
        const { grads, value } = valueAndGrads((...parts) => sum(mul(read(parts), weigh)))([...tensors, ...given]);
        const total = (values: number[]): number => values.reduce((all, number, at) => all + number * factors[at], 0);
        const byHand = [
          ...names.map((name) =>
            differences(own[name], (values) => total(plain({ ...own, [name]: values }, queries, features)), 1e-4),
          ),
          differences(queries, (values) => total(plain(own, values, features)), 1e-4),
          differences(features, (values) => total(plain(own, queries, values)), 1e-4),
        ];
        for (const [n, expected] of byHand.entries()) expectClose(await grads[n].data(), expected, 3);
        dispose([
          ...Object.values(marks),
          ...tensors,
          ...given,
          weigh,
          result,
          value,
          ...grads,
          ...Object.values(places),
        ]);
      });
    });

    test('the loss of choices is the weighted mean of their cross-entropy', async () => {
      const chosen = [1, -0.5, 300, 7];
      const others = [
        [0.5, 2, -1],
        [1, -1e9, 0],
        [299, 301, 0],
        [50, 2, 3],
      ];
      const weights = [1, 2, 1, 0];
      const plain = (own: ArrayLike<number>, rest: number[][]): number =>
        weights.reduce((total, weight, n) => {
          const top = Math.max(own[n], ...rest[n]);
          const exps = [own[n], ...rest[n]].map((score) => Math.exp(score - top));
          const loss = Math.log(exps.reduce((all, value) => all + value)) + top - own[n];
          return total + (weight / 4) * loss;
        }, 0);
      await countingTensors(async () => {
        const offsets = others.flat().map((score) => (score === -1e9 ? -1e9 : 0.25));
        const places = { weights: tensor2d(weights, [4, 1]), offsets: tensor2d(offsets, [4, 3]) };
        const given = others.flat().map((score) => (score === -1e9 ? 5 : score - 0.25));
        const tensors = [tensor2d(chosen, [4, 1]), tensor2d(given, [4, 3])];
        const { grads, value } = valueAndGrads((a, b) => choiceLoss(a as Tensor2D, b as Tensor2D, places))(tensors);
        expect((await value.data())[0]).toBeCloseTo(plain(chosen, others), 4);
        const step = 1e-3;
        const cut = (values: number[]): number[][] => [0, 1, 2, 3].map((n) => values.slice(3 * n, 3 * n + 3));
        expectClose(
          await grads[0].data(),
          differences(chosen, (values) => plain(values, others), step),
          4,
        );
        expectClose(
          await grads[1].data(),
          differences(others.flat(), (values) => plain(chosen, cut(values)), step),
          4,
        );
        // Neither a place of weight 0 nor an item outside the candidates has a gradient.
        expect((await grads[0].data())[3]).toBeCloseTo(0, 12);
        expectClose([...(await grads[1].data())].slice(9), [0, 0, 0], 12);
        expect((await grads[1].data())[4]).toBeCloseTo(0, 12);
        dispose([...Object.values(places), ...tensors, ...grads, value]);
      });
    });

    test('a whole step leaks no tensor', async () => {
      const weights = someWeights();
      const trainer = new Trainer(weights, Object.keys(weights), {
        learningRate: 0.1,
        clipNorm: 5,
        weightDecay: () => 0.1,
        rowWise: [],
      });
      const none = new Int32Array();
      const step = async (loss: Loss): Promise<void> =>
        trainer.move(await gradientsOf(loss, trainer.pick(none), trainer.learning), none);
      await countingTensors(async () => {
        const items = someItems();
        for (let n = 0; n < 5; n++) {
          await step((parameters) => tidy(() => sum(itemVectors(parameters, items)) as Scalar));
          // Nor if the caller does not use `tidy` itself.
          await step((parameters) => sum(itemVectors(parameters, items)) as Scalar);
        }
        freeItems(items);
      });
    });
  });
}

describe('weights of a side model', () => {
  test('exist for the parts that the catalogue has', () => {
    const weights = freshSideWeights(CONFIG, COUNT, seededRandom(1));
    expect(Object.keys(weights).filter((name) => name.startsWith('image'))).toEqual([]);
    expect(sideExpertCount(weights, 'text')).toBe(1);
    expect(sideExpertCount(weights, 'image')).toBe(0);
    expect(sideExpertCount(someWeights(3), 'text')).toBe(3);
    for (const [name, { shape, values }] of Object.entries(weights)) {
      expect(values.length, name).toBe(shape.reduce((product, side) => product * side, 1));
      expect(values.every(Number.isFinite), name).toBe(true);
    }
    const decays = Array.from(weights[SIDE_NAMES.decay].values, (logit) => 1 / (1 + Math.exp(-logit)));
    expectClose(decays, CONFIG.decays, 5);
    expect(freshSideWeights(CONFIG, COUNT, seededRandom(1))).toEqual(weights);
    expect(freshSideWeights(CONFIG, COUNT, seededRandom(2))).not.toEqual(weights);
  });
});

describe('the configuration of a side model', () => {
  test('is parsed as it is', () => {
    expect(v.parse(sideConfigSchema, structuredClone(CONFIG))).toEqual(CONFIG);
  });

  test.each<[string, unknown]>([
    ['no width', { ...CONFIG, width: 0 }],
    ['a width that is no whole number', { ...CONFIG, width: 2.5 }],
    ['too wide a vector', { ...CONFIG, width: 257 }],
    ['no hidden unit', { ...CONFIG, hidden: 0 }],
    ['a part below 0', { ...CONFIG, inputs: { ...CONFIG.inputs, text: -1 } }],
    ['a part that is missing', { ...CONFIG, inputs: { text: 1, image: 1 } }],
    ['an unknown part', { ...CONFIG, inputs: { ...CONFIG.inputs, sound: 1 } }],
    ['no state', { ...CONFIG, decays: [] }],
    ['too many states', { ...CONFIG, decays: new Array(9).fill(0.5) }],
    ['a state that keeps nothing', { ...CONFIG, decays: [0] }],
    ['a state that never fades', { ...CONFIG, decays: [1] }],
    ['an unknown key', { ...CONFIG, heads: 2 }],
  ])('is refused with %s', (_, config) => {
    expect(v.is(sideConfigSchema, config)).toBe(false);
  });
});
