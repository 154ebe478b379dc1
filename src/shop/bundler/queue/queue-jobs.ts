import { createHash } from 'node:crypto';
import type { RedisOptions } from 'bullmq';
import * as v from 'valibot';
import { SidestreamError } from '../../../error';
import type { Chunk, ChunkOutput } from '../../pipeline';
import type { EncoderSource } from '../node-encoders';

/** Incremented when builders and workers of different versions become incompatible or round differently. */
const PROTOCOL = 2;

const base64 = v.pipe(v.string(), v.base64());

/** One chunk as a job. Pictures are sent as file bytes: a worker needs no access to the shop's folders. */
export const jobSchema = v.object({
  modality: v.picklist(['text', 'image']),
  /** Plain texts, or pictures in base64. */
  inputs: v.array(v.string()),
  /** Job id of the projection; null for raw taps. */
  projection: v.nullable(v.string()),
});
export type ChunkJob = v.InferOutput<typeof jobSchema>;

/** A worker's answer for each input. */
export const outputsSchema = v.array(v.union([v.object({ bytes: base64 }), v.object({ reason: v.string() })]));
export type JobOutputs = v.InferOutput<typeof outputsSchema>;

/** A projection, stored in a separate queue without workers. */
export const projectionSchema = v.object({ digest: v.string(), bytes: base64 });
export type ProjectionJob = v.InferOutput<typeof projectionSchema>;

/**
 * Loads BullMQ, which a build needs only with `--queue`, and waits until the server answers.
 * @throws SidestreamError `build/no-engine` if it or its client is not installed; `build/queue` if the address is invalid or
 *   nothing answers there
 */
export async function loadEngine(url: string): Promise<typeof import('bullmq')> {
  if (!URL.canParse(url) || !/^rediss?:$/.test(new URL(url).protocol)) {
    throw new SidestreamError(
      'build/queue',
      `"${url}" is not the address of a queue. Give one like redis://localhost:6379.`,
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
  // Queues would retry forever, which is right for a lost server but not for a wrong address.
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
 * Names of the queues. Builders and workers meet only if they have the same encoders and protocol: features from different ones
 * would be silently wrong.
 */
export function queueNames({ presets }: EncoderSource): { chunks: string; projections: string } {
  const encoders = createHash('sha256')
    .update(JSON.stringify([PROTOCOL, presets]))
    .digest('hex')
    .slice(0, 16);
  return { chunks: `sidestream-chunks-${encoders}`, projections: `sidestream-projections-${encoders}` };
}

/** @param url `redis://` or `rediss://` with host, and with user, password, port and database if needed */
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
