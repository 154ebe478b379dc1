import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { readEncoder } from '../../encoders/hub';
import { type Chunk, type ChunkRunner, chunkText, type SharedProjection } from '../../shop/pipeline';
import { openBlobs, openQueue, SLOTS, serveJobs } from './job-queue';
import { type EncoderSource, localRunner } from './process-pool';

/** Incremented when builders and workers of different versions become incompatible or round differently. */
const PROTOCOL = 3;

/** Bytes as text, because jobs and answers are JSON. */
const bytesSchema = v.pipe(
  v.string(),
  v.base64(),
  v.transform((text) => new Uint8Array(Buffer.from(text, 'base64'))),
);
const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** Digest of the projection; null for raw taps. */
const projection = v.nullable(v.string());
/** One chunk as a job. Pictures are sent as file bytes: a worker needs no access to the shop's folders. */
const jobSchema = v.variant('modality', [
  v.object({ modality: v.literal('text'), inputs: v.array(v.string()), projection }),
  v.object({ modality: v.literal('image'), inputs: v.array(bytesSchema), projection }),
]);

/** A worker's answer for each input. */
const outputsSchema = v.array(v.union([v.object({ bytes: bytesSchema }), v.object({ reason: v.string() })]));

/**
 * Name of the queue. Builders and workers meet only if they have the same encoders and protocol: features from different ones would be
 * silently wrong.
 */
export function chunkQueue({ presets }: EncoderSource): string {
  const encoders = createHash('sha256').update(JSON.stringify([PROTOCOL, presets]));
  return `sidestream-chunks-${encoders.digest('hex').slice(0, 16)}`;
}

const jobOf = ({ modality, inputs }: Chunk, projection: string | null) => ({
  modality,
  inputs: inputs.map((input) => (typeof input === 'string' ? input : base64Of(input))),
  projection,
});

/**
 * Encodes chunks in the processes that run `sidestream worker` on the same queue. The id of a chunk is a digest of its content,
 * so a restarted build finds the results that workers finished meanwhile.
 * @throws SidestreamError `build/no-engine`; `build/queue` if the server cannot be reached
 */
export async function queueRunner(
  url: string,
  source: EncoderSource,
  say: (line: string) => void = console.error,
): Promise<ChunkRunner> {
  const jobs = await openQueue<ReturnType<typeof jobOf>>(url, chunkQueue(source), chunkText, say);
  const blobs = await openBlobs(url, say);
  const shared = new Map<string, Promise<void>>();
  return {
    slots: SLOTS,
    async run(chunk, projection) {
      if (projection) {
        const { digest, bytes } = projection;
        const sharing = shared.get(digest) ?? blobs.put(digest, bytes);
        shared.set(digest, sharing);
        await sharing;
      }
      const job = jobOf(chunk, projection?.digest ?? null);
      const id = `chunk-${createHash('sha256').update(JSON.stringify(job)).digest('hex')}`;
      const outputs = v.safeParse(v.pipe(outputsSchema, v.length(job.inputs.length)), await jobs.run(id, job));
      if (outputs.success) return outputs.output;
      throw jobs.failed(job, 'the answer is for other inputs');
    },
    async close() {
      // The projections are no longer needed: a continued build shares them again.
      for (const digest of shared.keys()) await blobs.remove(digest);
      await Promise.all([jobs.close(), blobs.close()]);
    },
  };
}

/** Number of cached projections: builds of several shops may share a queue. */
const PROJECTIONS = 8;

/**
 * Encodes chunks of a queue until `close`, which finishes the current ones.
 * @param workers number of chunks at a time, one process each
 * @throws SidestreamError `build/*`, `encoder/missing`
 */
export async function startQueueWorker(
  url: string,
  source: EncoderSource,
  workers: number,
  say: (line: string) => void,
) {
  // Without the encoders, every chunk would fail.
  await Promise.all([
    readEncoder(source.presets.text, source.models),
    readEncoder(source.presets.image, source.models),
  ]);
  const blobs = await openBlobs(url, say);
  const runner = localRunner(source, workers);
  const known = new Map<string, SharedProjection>();
  const projectionOf = async (digest: string): Promise<SharedProjection> => {
    const projection = known.get(digest) ?? { digest, bytes: await blobs.get(digest) };
    const oldest = known.keys().next();
    if (known.size >= PROJECTIONS && !oldest.done) known.delete(oldest.value);
    known.set(digest, projection);
    return projection;
  };
  let encoded = 0;
  const worker = await serveJobs<unknown>(url, chunkQueue(source), {
    workers,
    say,
    async work(data) {
      const { projection, ...chunk } = v.parse(jobSchema, data);
      const outputs = await runner.run(chunk, projection === null ? null : await projectionOf(projection));
      encoded += outputs.length;
      if (encoded % 1000 < outputs.length) say(`${encoded} encoded`);
      return outputs.map((output) => ('reason' in output ? output : { bytes: base64Of(output.bytes) }));
    },
  });
  return {
    async close() {
      await worker.close();
      await Promise.all([blobs.close(), runner.close()]);
    },
  };
}
