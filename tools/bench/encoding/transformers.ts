import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Tensor as OnnxTensor } from 'onnxruntime-common';
import { exactBatching } from '../../../packages/encoders/node/node-encoder';
import { DEFAULT_PRESETS, type TextPreset } from '../../../src/core/encoders';
import { type IntTensor, textEncoder } from '../../../src/core/encoders/onnx-encoder';
import { EncoderSession, type Feeds } from '../../../src/core/encoders/session';
import { createTokenizer } from '../../../src/core/encoders/tokenizer';
import { type AreaResult, atLeast, type Say } from '../kept';
import { peers } from '../peers';
import { best, processorTime, type Sample } from '../timing';
import { MINILM_TAPS, MINILM_TOKENS, writeMiniLm } from './minilm';
import { mixedTexts } from './texts';

/** Number of texts of the catalogue, and of texts that are encoded one by one. */
const CATALOGUE = 128;
const SINGLE = 24;
/** Texts per call of transformers.js, in the order of the catalogue. */
const BATCHES = [1, 8, 32];
const ROUNDS = 3;
const SINGLE_ROUNDS = 5;
/** One thread on both sides, as in a build's process and on a page that is not cross-origin isolated. */
const SESSION = { intraOpNumThreads: 1, logSeverityLevel: 3 as const };

/** Texts to unit vectors of the model's last layer. */
type Encode = (texts: string[]) => Promise<Float32Array[]>;

/**
 * Texts per second of Sidestream and of transformers.js: the same model file on the peers' onnxruntime-node with one thread, with the
 * token ids and the mean of the tokens included on both sides.
 */
export async function besideTransformers(say: Say): Promise<AreaResult> {
  const hub = await mkdtemp(join(tmpdir(), 'sidestream-bench-'));
  try {
    await writeMiniLm(join(hub, 'minilm'));
    const theirs = await transformersEncoder(hub);
    const ours = await ownEncoder(join(hub, 'minilm'));
    const texts = mixedTexts(CATALOGUE);
    const distance = await furthest(texts.slice(0, 40), ours, theirs(8));
    if (distance > 1e-4) throw new Error(`The vectors of both sides differ by ${distance}: this compares nothing.`);
    const alone = await ours(texts.slice(0, 1));
    const together = await ours(texts);
    const equal = together[0].every((value, d) => value === alone[0][d]);

    say('single texts beside transformers.js');
    const singles = await inTurns(texts.slice(0, SINGLE), SINGLE_ROUNDS, ours, theirs(1));
    const mixed = { ours: [] as Sample[], theirs: BATCHES.map(() => [] as Sample[]) };
    for (let round = 0; round < ROUNDS; round++) {
      say(`texts beside transformers.js, round ${round + 1} of ${ROUNDS}`);
      mixed.ours.push(await processorTime(() => ours(texts)));
      for (const [b, batch] of BATCHES.entries()) mixed.theirs[b].push(await processorTime(() => theirs(batch)(texts)));
    }
    const rate = (samples: Sample[], count: number): number => count / (best(samples).processor / 1000);
    const [ownSingle, peerSingle] = singles.map((sample) => rate([sample], SINGLE));
    const own = rate(mixed.ours, CATALOGUE);
    const others = mixed.theirs.map((samples) => rate(samples, CATALOGUE));
    const fastest = Math.max(...others);
    const peer = `transformers.js ${peers.version('@huggingface/transformers')}`;
    const per = 'texts per second of processor time';
    return {
      bars: [
        atLeast(
          'single texts, as transformers.js',
          1,
          ownSingle / peerSingle,
          `${n(ownSingle)} and ${n(peerSingle)} ${per}`,
        ),
        atLeast(
          'texts of a catalogue, as transformers.js',
          1.3,
          own / fastest,
          `${n(own)} and ${n(fastest)} ${per} (best of ${BATCHES.map((batch, b) => `${n(others[b])} by ${batch}`).join(', ')})`,
        ),
      ],
      figures: [
        {
          name: 'texts beside the peer',
          measured:
            `a BERT of 6 layers of 384 with random weights, onnxruntime-node ${peers.version('onnxruntime-node')} on one thread for both, ${peer}; ` +
            `vectors differ by ${distance.toExponential(1)} at most; the first text alone and among ${CATALOGUE}: ${equal ? 'the same bits' : 'other bits'}`,
        },
        {
          name: 'the same by wall clock',
          measured: `single ${singles.map((sample) => n(clock([sample], SINGLE))).join(' and ')} texts/s, catalogue ${n(clock(mixed.ours, CATALOGUE))} and ${n(Math.max(...mixed.theirs.map((samples) => clock(samples, CATALOGUE))))}`,
        },
      ],
      series: {
        'texts encoded per second': {
          unit: 'texts/s',
          values: [
            { name: 'Sidestream, single', value: ownSingle },
            { name: 'transformers.js, single', value: peerSingle },
            { name: 'Sidestream, catalogue', value: own },
            ...BATCHES.map((batch, b) => ({ name: `transformers.js, catalogue by ${batch}`, value: others[b] })),
          ],
        },
      },
    };
  } finally {
    await rm(hub, { recursive: true, force: true });
  }
}

/**
 * Times of two implementations on each of several texts: alternating text by text, the minimum of several rounds for each.
 * @returns sums over the texts
 */
async function inTurns(texts: readonly string[], rounds: number, ...work: Encode[]): Promise<Sample[]> {
  const sums = work.map((): Sample => ({ wall: 0, processor: 0 }));
  const samples = texts.map(() => work.map((): Sample[] => []));
  for (let round = 0; round < rounds; round++) {
    for (const [t, text] of texts.entries()) {
      for (const [side, encode] of work.entries()) samples[t][side].push(await processorTime(() => encode([text])));
    }
  }
  for (const sides of samples) {
    for (const [side, own] of sides.entries()) {
      const { wall, processor } = best(own);
      sums[side].wall += wall;
      sums[side].processor += processor;
    }
  }
  return sums;
}

const n = (rate: number): string => rate.toFixed(1);
const clock = (samples: Sample[], count: number): number => count / (best(samples).wall / 1000);

/** The used part of the peers' runtime. */
type Runtime = typeof import('onnxruntime-node');

/** @param folder of the model */
async function ownEncoder(folder: string): Promise<Encode> {
  const { InferenceSession, Tensor }: Runtime = peers.require('onnxruntime-node');
  const preset: TextPreset = { ...DEFAULT_PRESETS.text, name: 'minilm', ...MINILM_TOKENS, taps: MINILM_TAPS };
  const file = join(folder, 'onnx/model.onnx');
  // The file has the hub's inputs, which are 64-bit integers and include token types; our own encoders have different ones.
  const wide = ({ data, dims }: OnnxTensor): OnnxTensor => {
    if (!(data instanceof Int32Array)) throw new Error('token ids must be 32-bit integers');
    const ids = new BigInt64Array(data.length);
    for (let i = 0; i < data.length; i++) ids[i] = BigInt(data[i]);
    return new Tensor('int64', ids, dims);
  };
  const open = async () => {
    const session = await InferenceSession.create(file, SESSION);
    const run = ({ input_ids, attention_mask }: Feeds, outputs: string[]) => {
      const types = new Tensor('int64', new BigInt64Array(input_ids.size), input_ids.dims);
      return session.run(
        { input_ids: wide(input_ids), attention_mask: wide(attention_mask), token_type_ids: types },
        outputs,
      );
    };
    return { run, release: () => session.release() };
  };
  const tokenizer = createTokenizer(await readFile(join(folder, 'tokenizer.json'), 'utf8'), preset);
  const session = await EncoderSession.create(preset, open, ['node']);
  const tensor: IntTensor = (data, dims) => new Tensor('int32', data, dims);
  const batching = await exactBatching({ tokenizer, session, tensor });
  const encoder = textEncoder(preset, tokenizer, session, tensor, batching);
  const last = MINILM_TAPS.length - 1;
  return async (texts) => vectors((await encoder.encode(texts))[last], MINILM_TAPS[last].width);
}

/** The used part of transformers.js. */
interface Transformers {
  env: { allowRemoteModels: boolean; localModelPath: string };
  pipeline(
    task: 'feature-extraction',
    model: string,
    options: { dtype: string; session_options: typeof SESSION },
  ): Promise<(texts: string[], options: { pooling: 'mean'; normalize: boolean }) => Promise<{ data: Float32Array }>>;
}

/** @returns an encoder by texts per call */
async function transformersEncoder(hub: string): Promise<(batch: number) => Encode> {
  const { href } = pathToFileURL(peers.file('@huggingface/transformers/dist/transformers.node.mjs'));
  const { env, pipeline }: Transformers = await import(href);
  env.allowRemoteModels = false;
  env.localModelPath = hub;
  const extract = await pipeline('feature-extraction', 'minilm', { dtype: 'fp32', session_options: SESSION });
  const { width } = MINILM_TAPS[0];
  return (batch) => async (texts) => {
    const all: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += batch) {
      const { data } = await extract(texts.slice(start, start + batch), { pooling: 'mean', normalize: true });
      all.push(...rows(data, width));
    }
    return all;
  };
}

const rows = (values: Float32Array, width: number): Float32Array[] =>
  Array.from({ length: values.length / width }, (_, row) => values.subarray(row * width, (row + 1) * width));

/** Rows scaled to length 1, as transformers.js does. */
function vectors(values: Float32Array, width: number): Float32Array[] {
  return rows(values, width).map((row) => {
    let squares = 0;
    for (const value of row) squares += value * value;
    const length = Math.sqrt(squares);
    return row.map((value) => value / length);
  });
}

/** Largest difference between the vectors of two encoders. */
async function furthest(texts: string[], one: Encode, other: Encode): Promise<number> {
  const [a, b] = [await one(texts), await other(texts)];
  return Math.max(...a.flatMap((row, n) => [...row].map((value, d) => Math.abs(value - b[n][d]))));
}
