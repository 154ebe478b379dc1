import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import * as v from 'valibot';
import { SidestreamError } from '../error';
import { decodeSafetensors, encodeSafetensors, type Weights } from '../model';
import { basePath, writeWhole } from './base-file';
import type { TrainingState } from './offline-training';

const FORMAT = 'sidestream-checkpoint';
const number = v.number();
const quality = v.object({ hr10: number, ndcg10: number });
const metadataSchema = v.object({
  /** Fingerprint of the training: no other one can resume from it. */
  training: v.string(),
  /** 0-based. */
  window: v.pipe(number, v.integer(), v.minValue(0)),
  best: v.nullable(number),
  reports: v.array(v.object({ epoch: number, loss: number, validation: v.nullable(quality) })),
});

/** A training between two epochs. */
export interface Checkpoint {
  window: number;
  state: TrainingState;
}

const checkpointPath = (out: string): string => `${basePath(out)}.checkpoint`;

/** @param training fingerprint of bundle, events and options */
export async function writeCheckpoint(out: string, training: string, { window, state }: Checkpoint): Promise<void> {
  const { weights, adam, best, reports } = state;
  const parts = { now: weights, adam, best: best?.weights ?? {} };
  const all: Weights = Object.fromEntries(
    Object.entries(parts).flatMap(([part, of]) =>
      Object.entries(of).map(([name, weight]) => [`${part}:${name}`, weight]),
    ),
  );
  const about = { training, window, best: best?.epoch ?? null, reports };
  await writeWhole(checkpointPath(out), encodeSafetensors(all, { format: FORMAT, about: JSON.stringify(about) }));
}

/**
 * @throws SidestreamError `runtime/invalid-input` when there is none, or it belongs to another training
 */
export async function readCheckpoint(out: string, training: string): Promise<Checkpoint> {
  const found = await findCheckpoint(out, training);
  if ('state' in found) return found;
  throw new SidestreamError('runtime/invalid-input', `Cannot resume: ${found.missing}. Train without --resume.`, {
    cause: found.cause,
  });
}

/** The checkpoint of this very training, or why there is none. */
export async function findCheckpoint(
  out: string,
  training: string,
): Promise<Checkpoint | { missing: string; cause?: unknown }> {
  const path = checkpointPath(out);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    return { missing: `there is no checkpoint at ${path}`, cause };
  }
  let stored: ReturnType<typeof decodeSafetensors>;
  let data: unknown = null;
  try {
    stored = decodeSafetensors(bytes);
    data = JSON.parse(stored.metadata.about ?? '');
  } catch (cause) {
    return { missing: `${path} is not a checkpoint`, cause };
  }
  const { weights, metadata } = stored;
  const parsed = v.safeParse(metadataSchema, data);
  if (!parsed.success || metadata.format !== FORMAT) return { missing: `${path} is not a checkpoint of this version` };
  const { window, best, reports } = parsed.output;
  if (parsed.output.training !== training) {
    return { missing: 'bundle, events, seed or options are not those of the training that was interrupted' };
  }
  const part = (prefix: string): Weights =>
    Object.fromEntries(
      Object.entries(weights).flatMap(([name, weight]) =>
        name.startsWith(`${prefix}:`) ? [[name.slice(prefix.length + 1), weight]] : [],
      ),
    );
  return {
    window,
    state: {
      weights: part('now'),
      adam: part('adam'),
      best: best === null ? null : { epoch: best, weights: part('best') },
      reports,
    },
  };
}

/** Whether a training that would store its model in `out` left a checkpoint. */
export const hasCheckpoint = (out: string): boolean => existsSync(checkpointPath(out));

export const removeCheckpoint = (out: string): Promise<void> => rm(checkpointPath(out), { force: true });
