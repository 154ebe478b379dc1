import { readFile, rm } from 'node:fs/promises';
import * as v from 'valibot';
import { SidestreamError } from '../error';
import { decodeSafetensors, encodeSafetensors, type Weights } from '../model';
import { writeWhole } from './learned-file';
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

const checkpointPath = (path: string): string => `${path}.checkpoint`;

/**
 * @param path names the file, which gets one more ending
 * @param training fingerprint of bundle, events and options
 */
export async function writeCheckpoint(path: string, training: string, { window, state }: Checkpoint): Promise<void> {
  const { weights, adam, best, reports } = state;
  const parts = { now: weights, adam, best: best?.weights ?? {} };
  const all: Weights = Object.fromEntries(
    Object.entries(parts).flatMap(([part, of]) =>
      Object.entries(of).map(([name, weight]) => [`${part}:${name}`, weight]),
    ),
  );
  const about = { training, window, best: best?.epoch ?? null, reports };
  await writeWhole(checkpointPath(path), encodeSafetensors(all, { format: FORMAT, about: JSON.stringify(about) }));
}

/**
 * @throws SidestreamError `runtime/invalid-input` when there is none, or it belongs to another training
 */
export async function readCheckpoint(path: string, training: string): Promise<Checkpoint> {
  const found = await findCheckpoint(path, training);
  if ('state' in found) return found;
  throw new SidestreamError('runtime/invalid-input', `Cannot resume: ${found.missing}. Train without --resume.`, {
    cause: found.cause,
  });
}

/** The checkpoint of this very training, or why there is none. */
export async function findCheckpoint(
  path: string,
  training: string,
): Promise<Checkpoint | { missing: string; cause?: unknown }> {
  const file = checkpointPath(path);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    return { missing: `there is no checkpoint at ${file}`, cause };
  }
  let stored: ReturnType<typeof decodeSafetensors>;
  let data: unknown = null;
  try {
    stored = decodeSafetensors(bytes);
    data = JSON.parse(stored.metadata.about ?? '');
  } catch (cause) {
    return { missing: `${file} is not a checkpoint`, cause };
  }
  const { weights, metadata } = stored;
  const parsed = v.safeParse(metadataSchema, data);
  if (!parsed.success || metadata.format !== FORMAT) return { missing: `${file} is not a checkpoint of this version` };
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

/** @param path of the training */
export const removeCheckpoint = (path: string): Promise<void> => rm(checkpointPath(path), { force: true });
