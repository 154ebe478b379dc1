import { createHash } from 'node:crypto';
import type { RedisOptions } from 'bullmq';
import * as v from 'valibot';
import { SidestreamError } from '../../../error';
import type { Chunk, ChunkOutput } from '../chunk';
import type { EncoderSource } from '../chunk-encoder';

/** Incremented when builders and workers of different versions are incompatible, or round differently. */
const PROTOCOL = 2;

const base64 = v.pipe(v.string(), v.base64());

/** One chunk as a job. Pictures travel as their files' bytes: a worker needs no folder of the shop's. */
export const jobSchema = v.object({
  modality: v.picklist(['text', 'image']),
  /** Texts as they are, pictures in base64. */
  inputs: v.array(v.string()),
  /** Job id of the projection; null for raw taps. */
  projection: v.nullable(v.string()),
});
export type ChunkJob = v.InferOutput<typeof jobSchema>;

/** What a worker answers, input by input. */
export const outputsSchema = v.array(v.union([v.object({ bytes: base64 }), v.object({ reason: v.string() })]));
export type JobOutputs = v.InferOutput<typeof outputsSchema>;

/** A projection, stored in a queue of its own that has no workers. */
export const projectionSchema = v.object({ digest: v.string(), bytes: base64 });
export type ProjectionJob = v.InferOutput<typeof projectionSchema>;

/**
 * BullMQ, which a build only needs with `--queue`, once the server answers.
 * @throws SidestreamError `build/no-engine` when it or its client is not installed; `build/queue` when the address is
 *   none or nothing answers there
 */
export async function loadEngine(url: string): Promise<typeof import('bullmq')> {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new SidestreamError(
      'build/queue',
      `"${url}" is no address of a queue. Give one like redis://localhost:6379.`,
    );
  }
  const { Redis, engine } = await Promise.all([import('ioredis'), import('bullmq')]).then(
    ([client, engine]) => ({ Redis: client.Redis, engine }),
    (cause: unknown) => {
      const message =
        'Distributed builds need two more packages. Run "npm i bullmq ioredis", here and where workers run.';
      throw new SidestreamError('build/no-engine', message, { cause });
    },
  );
  // Queues would try for ever, which is right for a server that went away but not for a wrong address.
  const probe = new Redis(url, { lazyConnect: true, connectTimeout: 5000, retryStrategy: () => null });
  let why = '';
  probe.on('error', (error: Error) => {
    why = error.message;
  });
  try {
    await probe.connect();
    await probe.ping();
    return engine;
  } catch (cause) {
    const message = `The queue at ${withoutPassword(url)} cannot be used (${why || String(cause)}). Start a Redis or Valkey server there, or check the address.`;
    throw new SidestreamError('build/queue', message, { cause });
  } finally {
    probe.disconnect();
  }
}

/**
 * Names of the queues. Builders and workers meet only when they have the same encoders and protocol: features made with
 * others would be wrong without an error.
 */
export function queueNames({ presets }: EncoderSource): { chunks: string; projections: string } {
  const encoders = createHash('sha256')
    .update(JSON.stringify([PROTOCOL, presets]))
    .digest('hex')
    .slice(0, 16);
  return { chunks: `sidestream-chunks-${encoders}`, projections: `sidestream-projections-${encoders}` };
}

/** @param url `redis://` or `rediss://` with host, and user, password, port and database where needed */
export const connectionTo = (url: string): RedisOptions => ({ url, maxRetriesPerRequest: null });

/** The address without its password, for messages. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  if (shown.password) shown.password = '***';
  return shown.href;
}

/** Reports a broken connection, at most every ten seconds. */
export function connectionTrouble(say: (line: string) => void): (error: Error) => void {
  let reported = 0;
  return ({ message }) => {
    if (Date.now() - reported < 10_000) return;
    reported = Date.now();
    say(`The queue does not answer (${message}); trying again.`);
  };
}

export function toJob({ modality, inputs }: Chunk, projection: string | null): ChunkJob {
  return {
    modality,
    inputs: inputs.map((input) => (typeof input === 'string' ? input : Buffer.from(input).toString('base64'))),
    projection,
  };
}

export function toChunk({ modality, inputs }: ChunkJob): Chunk {
  return { modality, inputs: modality === 'text' ? inputs : inputs.map(toBytes) };
}

export const toJobOutputs = (outputs: ChunkOutput[]): JobOutputs =>
  outputs.map((output) => ('reason' in output ? output : { bytes: Buffer.from(output.bytes).toString('base64') }));

export const fromJobOutputs = (outputs: JobOutputs): ChunkOutput[] =>
  outputs.map((output) => ('reason' in output ? output : { bytes: toBytes(output.bytes) }));

export const toBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
