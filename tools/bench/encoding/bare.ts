import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { cacheFile } from '../../../packages/cli/bundler/build-folder';
import { nodeChunkEncoder } from '../../../packages/cli/bundler/process-pool';
import { MODELS_FOLDER, readEncoder } from '../../../packages/encoders/hub/encoder-files';
import { decodeImage, nodeRuntime } from '../../../packages/encoders/node';
import { exactBatching } from '../../../packages/encoders/node/node-encoder';
import {
  type ChunkEncoder,
  type ChunkRunner,
  decodeRaw,
  type SharedProjection,
  shareProjection,
} from '../../../packages/shop/pipeline/chunk';
import { encodeRows } from '../../../packages/shop/pipeline/encode-rows';
import { FeatureCache } from '../../../packages/shop/pipeline/feature-cache';
import { DEFAULT_PRESETS, fitProjection } from '../../../src/core/encoders';
import type { IntTensor } from '../../../src/core/encoders/onnx-encoder';
import { EncoderSession } from '../../../src/core/encoders/session';
import { createTokenizer } from '../../../src/core/encoders/tokenizer';
import { type AreaResult, atMost, type Say } from '../kept';
import { best, processorTime, type Sample } from '../timing';
import { shopContent } from './texts';

const INPUTS = 96;
const ROUNDS = 7;
const DIM = 128;

type Input = string | Uint8Array;
type Modality = 'text' | 'image';
/**
 * The encoding of a build in one process beside a bare loop over `session.run` of the same graph, on one thread, with the
 * same batches. The build's time covers everything from the loaded input to the row in the cache: digests, tokens, pixels, runs,
 * projection, storage as int8. For the loop, tokens are computed in advance; both sides decode pixels.
 */
export async function besideBareRuntime(say: Say): Promise<AreaResult> {
  const given = await shopContent(INPUTS);
  const folder = await mkdtemp(join(tmpdir(), 'sidestream-bench-'));
  const result: AreaResult = { bars: [], figures: [] };
  const values: { name: string; value: number }[] = [];
  try {
    for (const [modality, what] of [
      ['text', 'texts'],
      ['image', 'pictures'],
    ] as const) {
      const inputs: Input[] = given[modality];
      const chunks: Input[][] = [];
      const projection = await withEncoder((encoder) => projectionOf(encoder, modality, inputs));
      const cached = (round: number): string => join(folder, `${modality}-${round}.cache`);
      const build = (encoder: ChunkEncoder, round: number, seen?: (chunk: Input[]) => void) =>
        encodeAll({ encoder, modality, inputs, projection, cache: cached(round), seen });
      await withEncoder((encoder) => build(encoder, ROUNDS, (chunk) => chunks.push(chunk)));
      const times = { build: [] as Sample[], bare: [] as Sample[] };
      for (let round = 0; round < ROUNDS; round++) {
        say(`${what} of a build beside the bare runtime, round ${round + 1} of ${ROUNDS}`);
        // A new encoder each time: known words would take no time, and a used runtime's memory has already grown.
        const time = await withEncoder(async (encoder) => {
          await encoder.run({ modality, inputs: inputs.slice(0, 1) }, null);
          return processorTime(() => build(encoder, round));
        });
        times.build.push(time);
        const bare = modality === 'text' ? await bareTexts(chunks) : await barePictures(chunks);
        times.bare.push(await processorTime(bare.run));
        await bare.release();
      }
      const [own, loop] = [best(times.build), best(times.bare)];
      const rate = (ms: number): number => inputs.length / (ms / 1000);
      result.bars.push(
        atMost(
          `${what} of a build, to the bare runtime`,
          1.1,
          own.processor / loop.processor,
          `${own.processor.toFixed(0)} and ${loop.processor.toFixed(0)} ms of processor time for ${inputs.length} (${given.from}); on the clock ${own.wall.toFixed(0)} and ${loop.wall.toFixed(0)} ms`,
        ),
      );
      values.push({ name: `build, ${what}`, value: rate(own.processor) });
      values.push({ name: `bare onnxruntime-node, ${what}`, value: rate(loop.processor) });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { ...result, series: { 'inputs of a build per second': { unit: 'inputs/s', values } } };
}

async function withEncoder<T>(work: (encoder: ChunkEncoder) => Promise<T>): Promise<T> {
  const encoder = nodeChunkEncoder({ presets: DEFAULT_PRESETS, models: MODELS_FOLDER });
  try {
    return await work(encoder);
  } finally {
    await encoder.close();
  }
}

async function projectionOf(encoder: ChunkEncoder, modality: Modality, inputs: Input[]): Promise<SharedProjection> {
  const widths = DEFAULT_PRESETS[modality].taps.map(({ width }) => width);
  const outputs = await encoder.run({ modality, inputs }, null);
  const raw = outputs.flatMap((output) => ('bytes' in output ? [decodeRaw(output.bytes, widths)] : []));
  const taps = widths.map((width, t) => {
    const joined = new Float32Array(raw.length * width);
    for (const [n, row] of raw.entries()) joined.set(row[t], n * width);
    return joined;
  });
  return shareProjection(modality, fitProjection(taps, raw.length, { dim: DIM }));
}

interface Encoding {
  encoder: ChunkEncoder;
  modality: Modality;
  inputs: Input[];
  projection: SharedProjection;
  /** File of the cache, which does not exist yet. */
  cache: string;
  seen?: ((chunk: Input[]) => void) | undefined;
}

/** Encodes all inputs as a build does. */
async function encodeAll({ encoder, modality, inputs, projection, cache: path, seen }: Encoding): Promise<void> {
  const preset = DEFAULT_PRESETS[modality];
  const runner: ChunkRunner = {
    slots: encoder.slots,
    run(chunk, given) {
      seen?.(chunk.inputs);
      return encoder.run(chunk, given);
    },
    close: async () => {},
  };
  const cache = new FeatureCache(cacheFile(path), preset.taps.length * (4 + DIM));
  try {
    await encodeRows({
      modality,
      preset,
      runtime: await nodeRuntime(),
      runner,
      projection,
      cache,
      rows: inputs.map((_, row) => row),
      load: async (row) => inputs[row],
      reject(_, reason) {
        throw new Error(reason);
      },
      store() {},
      advance() {},
    });
  } finally {
    cache.close();
  }
}

const OPTIONS = { intraOpNumThreads: 1, logSeverityLevel: 3 as const };
const namesOf = (modality: Modality): string[] => DEFAULT_PRESETS[modality].taps.map(({ name }) => name);

interface Bare {
  run(): Promise<void>;
  release(): Promise<void>;
}

/** Tokens are computed in advance; the session has already run the few texts that determine the batches. */
async function bareTexts(chunks: Input[][]): Promise<Bare> {
  const preset = DEFAULT_PRESETS.text;
  const { onnx, tokenizer: json = '' } = await readEncoder(preset);
  const bare = await InferenceSession.create(onnx, OPTIONS);
  const tokenizer = createTokenizer(json, preset);
  const session = await EncoderSession.create(preset, async () => bare, ['node']);
  const tensor: IntTensor = (data, dims) => new Tensor('int32', data, dims);
  const batching = await exactBatching({ tokenizer, session, tensor });
  const feeds = chunks.flatMap((chunk) => {
    const tokens = chunk.map((text) => tokenizer.ids(String(text)));
    return batching(tokens.map((ids) => ids.length)).map((run) => {
      const { ids, mask, length } = tokenizer.padded(run.map((n) => tokens[n]));
      const dims = [run.length, length];
      return { input_ids: tensor(ids, dims), attention_mask: tensor(mask, dims) };
    });
  });
  const run = async (): Promise<void> => {
    for (const feed of feeds) await bare.run(feed, namesOf('text'));
  };
  return { run, release: () => bare.release() };
}

/** Pixels are decoded in `run`, one picture after the other; the session has already run the first. */
async function barePictures(chunks: Input[][]): Promise<Bare> {
  const preset = DEFAULT_PRESETS.image;
  const bare = await InferenceSession.create((await readEncoder(preset)).onnx, OPTIONS);
  const files = chunks.flat().filter((input) => input instanceof Uint8Array);
  const runFile = async (file: Uint8Array): Promise<void> => {
    const pixels = await decodeImage(file, preset);
    await bare.run({ pixels: new Tensor('float32', pixels, [1, 3, preset.size, preset.size]) }, namesOf('image'));
  };
  await runFile(files[0]);
  const run = async (): Promise<void> => {
    for (const file of files) await runFile(file);
  };
  return { run, release: () => bare.release() };
}
