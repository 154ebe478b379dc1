import type { Modality } from '../../../src/core/catalog';
import { hex } from '../../../src/core/common/bytes';
import { messageOf } from '../../../src/core/common/text';
import type { Preset } from '../../../src/core/encoders';
import type { ChunkOutput, ChunkRunner, SharedProjection } from './chunk';
import { type FeatureCache, rowsKey, tapsKey } from './feature-cache';

/**
 * Number of inputs in a chunk, and of rows that are loaded together. Among the loaded texts, those of similar length share a
 * chunk: an encoder batches texts with the same number of tokens.
 */
const SIZES: Record<Modality, { chunk: number; loaded: number }> = {
  text: { chunk: 64, loaded: 2048 },
  image: { chunk: 16, loaded: 16 },
};
/** A chunk of pictures is closed early when its files reach this total size in bytes. */
const CHUNK_BYTES = 4 << 20;

export interface RowsTask {
  modality: Modality;
  /** Names and versions of the libraries that decode and encode. */
  runtime: string;
  preset: Preset;
  rows: readonly number[];
  /** Loads the input of a row; an error rejects the row, with its message as the reason. */
  load(row: number): Promise<string | Uint8Array>;
  reject(row: number, reason: string): void;
  runner: ChunkRunner;
  /** Projection to use; null for raw taps. */
  projection: SharedProjection | null;
  cache: FeatureCache;
  /** Stores the encoded row; called in no particular order. `taps` is its `tapsKey`. */
  store(row: number, payload: Uint8Array, taps: Uint8Array): void;
  advance(count: number): void;
}

/** An input in flight, with all rows that share it. */
interface Waiting {
  input: string | Uint8Array;
  taps: Uint8Array;
  key: Uint8Array;
  rows: number[];
}

export interface EncodedRows {
  encoded: number;
  /** Rows whose input an earlier build had encoded. */
  reused: number;
}

/** Encodes rows, a bounded number of chunks at a time. An input that several rows share is encoded once. */
export async function encodeRows(task: RowsTask): Promise<EncodedRows> {
  const { modality, runner, projection, cache, store, reject, advance } = task;
  const keyOf = tapsKey(task.preset, task.runtime);
  const waiting = new Map<string, Waiting>();
  const inFlight = new Set<Promise<void>>();
  const most = Math.min(runner.maxInputs ?? SIZES[modality].chunk, SIZES[modality].chunk);
  let chunk: Waiting[] = [];
  let bytes = 0;
  let encoded = 0;
  let reused = 0;

  const finish = (entry: Waiting, output: ChunkOutput): void => {
    waiting.delete(hex(entry.key));
    if ('bytes' in output) {
      cache.add(entry.key, output.bytes);
      encoded++;
    }
    for (const row of entry.rows) {
      if ('bytes' in output) store(row, output.bytes, entry.taps);
      else reject(row, output.reason);
    }
    advance(entry.rows.length);
  };
  const send = async (): Promise<void> => {
    while (inFlight.size >= runner.slots) await Promise.race(inFlight);
    const entries = chunk;
    [chunk, bytes] = [[], 0];
    const work = runner.run({ modality, inputs: entries.map(({ input }) => input) }, projection).then((outputs) => {
      for (const [n, entry] of entries.entries()) finish(entry, outputs[n]);
      inFlight.delete(work);
    });
    // The first failure ends the build; failures of other chunks in flight must not count as unhandled.
    work.catch(() => {});
    inFlight.add(work);
  };
  const take = async (row: number, input: string | Uint8Array): Promise<void> => {
    const taps = keyOf(input);
    const key = projection ? rowsKey(taps, projection.digest) : taps;
    const cached = cache.get(key);
    if (cached) {
      if (cache.isInherited(key)) reused++;
      store(row, cached, taps);
      advance(1);
      return;
    }
    const name = hex(key);
    const same = waiting.get(name);
    if (same) {
      same.rows.push(row);
      return;
    }
    const entry = { input, taps, key, rows: [row] };
    waiting.set(name, entry);
    chunk.push(entry);
    bytes += input.length;
    if (chunk.length >= most || bytes >= CHUNK_BYTES) await send();
  };

  try {
    for await (const loaded of loadedRows(task)) {
      if ('input' in loaded) await take(loaded.row, loaded.input);
      else {
        reject(loaded.row, loaded.reason);
        advance(1);
      }
    }
    if (chunk.length > 0) await send();
    await Promise.all(inFlight);
  } catch (thrown) {
    // Chunks in flight still go to the cache, for the next build.
    await Promise.allSettled(inFlight);
    throw thrown;
  }
  return { encoded, reused };
}

type Loaded = { row: number; input: string | Uint8Array } | { row: number; reason: string };

/** Loads the next rows while the current ones are encoded. */
async function* loadedRows({ modality, rows, load }: RowsTask): AsyncGenerator<Loaded> {
  const { loaded } = SIZES[modality];
  const some = async (start: number): Promise<Loaded[]> => {
    const list = await Promise.all(rows.slice(start, start + loaded).map((row) => loadRow(row, load)));
    // Long texts first: the processes then finish at nearly the same time.
    return modality === 'text' ? list.sort((a, b) => lengthOf(b) - lengthOf(a)) : list;
  };
  let next = some(0);
  for (let start = 0; start < rows.length; start += loaded) {
    const present = await next;
    next = some(start + loaded);
    yield* present;
  }
}

const lengthOf = (loaded: Loaded): number => ('input' in loaded ? loaded.input.length : 0);

async function loadRow(row: number, load: RowsTask['load']): Promise<Loaded> {
  try {
    return { row, input: await load(row) };
  } catch (error) {
    return { row, reason: messageOf(error) };
  }
}
