import { gain, PATCH, PATCHES, SIDE, TINY, weight } from './tiny-weights';

/*
 * The tiny models computed in plain loops: their correct hidden states, however a graph is structured.
 */

const { layers, width, heads, inner } = TINY;
/** [tokens][width] */
type Tokens = number[][];

/** How a model differs from BERT. */
export interface Kind {
  preNorm: boolean;
  epsilon: number;
  activation: 'gelu' | 'gelu-tanh' | 'quick-gelu';
  /** DINOv2: each branch times a vector. */
  layerScale?: boolean;
}

/** Hidden states of a text, without padding: [layers + 1][tokens][width]. */
export function bertStates(ids: number[], kind: Kind): Tokens[] {
  const [words, positions, types] = ['words', 'positions', 'types'].map((name) => weight(name, 120 * width, 0.5));
  const embedded = ids.map((id, t) =>
    range(width).map((d) => words[id * width + d] + positions[t * width + d] + types[d]),
  );
  return states(layerNorm(embedded, 'embeddings', kind.epsilon), kind);
}

/**
 * Hidden states of a picture: [layers + 1][1 + patches][width].
 * @param pixels [3, side, side], already normalised
 * @param clip CLIP normalises the input of the first layer and has no bias in its patches
 */
export function vitStates(pixels: ArrayLike<number>, kind: Kind, clip = false): Tokens[] {
  const kernel = weight('patches', width * 3 * PATCH * PATCH);
  const bias = clip ? new Float32Array(width) : weight('patches/bias', width);
  const positions = weight('positions', (PATCHES + 1) * width, 0.5);
  const patches = range(PATCHES).map((p) => {
    const [top, left] = [Math.floor(p / (SIDE / PATCH)) * PATCH, (p % (SIDE / PATCH)) * PATCH];
    return range(width).map((d) => {
      let sum = bias[d];
      for (let i = 0; i < 3 * PATCH * PATCH; i++) {
        const [c, y, x] = [Math.floor(i / PATCH ** 2), Math.floor(i / PATCH) % PATCH, i % PATCH];
        sum += kernel[d * 3 * PATCH ** 2 + i] * pixels[c * SIDE ** 2 + (top + y) * SIDE + left + x];
      }
      return sum;
    });
  });
  const first = [[...weight('class', width, 0.5)], ...patches];
  const embedded = first.map((token, t) => token.map((value, d) => value + positions[t * width + d]));
  return states(clip ? layerNorm(embedded, 'pre', kind.epsilon) : embedded, kind);
}

function states(embedded: Tokens, kind: Kind): Tokens[] {
  const all = [embedded];
  for (let layer = 0; layer < layers; layer++) {
    let x = all[layer];
    for (const part of ['attention', 'mlp'] as const) {
      const name = `${layer}/${part}`;
      const input = kind.preNorm ? layerNorm(x, `${name}/norm`, kind.epsilon) : x;
      const branch = part === 'attention' ? attention(input, name) : mlp(input, name, kind);
      const scale = kind.layerScale ? weight(`${name}/scale`, width, 0.1, 0.8) : null;
      const sum = x.map((token, t) => token.map((value, d) => value + branch[t][d] * (scale?.[d] ?? 1)));
      x = kind.preNorm ? sum : layerNorm(sum, `${name}/norm`, kind.epsilon);
    }
    all.push(x);
  }
  return all;
}

function attention(x: Tokens, name: string): Tokens {
  const [q, k, v] = ['query', 'key', 'value'].map((part) => linear(x, `${name}/${part}`, width, width));
  const size = width / heads;
  const mixed = x.map((_, t) =>
    range(width).map((d) => {
      const head = range(size).map((i) => Math.floor(d / size) * size + i);
      const scores = x.map((_, s) => head.reduce((sum, h) => sum + q[t][h] * k[s][h], 0) / Math.sqrt(size));
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
      return scores.reduce((sum, score, s) => sum + (Math.exp(score) / total) * v[s][d], 0);
    }),
  );
  return linear(mixed, `${name}/output`, width, width);
}

function mlp(x: Tokens, name: string, { activation }: Kind): Tokens {
  const wide = linear(x, `${name}/wide`, width, inner).map((token) => token.map(ACTIVATIONS[activation]));
  return linear(wide, `${name}/narrow`, inner, width);
}

const ACTIVATIONS: Record<Kind['activation'], (x: number) => number> = {
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  'gelu-tanh': (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  'quick-gelu': (x) => x / (1 + Math.exp(-1.702 * x)),
};

/** The error function by its series, which is exact for the small numbers here. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

function linear(x: Tokens, name: string, rows: number, columns: number): Tokens {
  const [matrix, bias] = [weight(name, rows * columns), weight(`${name}/bias`, columns)];
  return x.map((token) =>
    range(columns).map((c) => token.reduce((sum, value, r) => sum + value * matrix[r * columns + c], bias[c])),
  );
}

function layerNorm(x: Tokens, name: string, epsilon: number): Tokens {
  const [gamma, beta] = [gain(`${name}/gamma`, width), weight(`${name}/beta`, width)];
  return x.map((token) => {
    const mean = token.reduce((sum, value) => sum + value, 0) / width;
    const variance = token.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    return token.map((value, d) => ((value - mean) / Math.sqrt(variance + epsilon)) * gamma[d] + beta[d]);
  });
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
