import * as v from 'valibot';
import { decodeSafetensors, encodeSafetensors, type Weights } from '../../../core/model';
import { invalidInput, type SidestreamError } from '../../../error';
import type { SideTrainingState } from './train-side';

/** A file that a training keeps between runs, wherever that is: on a disk, or in a browser's private file system. */
export interface KeptBytes {
  name: string;
  /** The bytes of the file; null if it does not exist. */
  read(): Promise<Uint8Array | null>;
  /** Replaces it, completely or not at all. */
  write(bytes: Uint8Array): Promise<void>;
}

const FORMAT = 'sidestream-side-checkpoint 2';
const whole = v.pipe(v.number(), v.integer(), v.minValue(0));
const number = v.pipe(v.number(), v.finite());
const aboutSchema = v.strictObject({
  /** Fingerprint of the training: no other training can resume from it. */
  training: v.string(),
  steps: whole,
  best: v.nullable(whole),
  reports: v.array(
    v.strictObject({
      epoch: whole,
      loss: number,
      heldOut: v.nullable(v.strictObject({ lnRank: number, hr10: number, choices: whole })),
    }),
  ),
});

/** @param training fingerprint of bundle, events and settings */
export async function writeSideCheckpoint(file: KeptBytes, training: string, state: SideTrainingState): Promise<void> {
  const { weights, averages, adam, best, reports, steps } = state;
  const parts = { now: weights, averages, adam, best: best?.weights ?? {} };
  const all: Weights = Object.fromEntries(
    Object.entries(parts).flatMap(([part, of]) =>
      Object.entries(of).map(([name, weight]) => [`${part}:${name}`, weight]),
    ),
  );
  const about = JSON.stringify({ training, steps, best: best?.epoch ?? null, reports });
  await file.write(encodeSafetensors(all, { format: FORMAT, about }));
}

/** @throws SidestreamError `runtime/invalid-input` without a checkpoint, or if it belongs to another training */
export async function readSideCheckpoint(file: KeptBytes, training: string): Promise<SideTrainingState> {
  const refuse = (why: string, cause?: unknown): SidestreamError =>
    invalidInput(`Cannot resume: ${why}. Train without --resume.`, { cause });
  const bytes = await file.read();
  if (!bytes) throw refuse(`there is no checkpoint at ${file.name}`);
  let stored: ReturnType<typeof decodeSafetensors>;
  let about: unknown;
  try {
    stored = decodeSafetensors(bytes);
    about = JSON.parse(stored.metadata.about ?? '');
  } catch (cause) {
    throw refuse(`${file.name} is not a checkpoint`, cause);
  }
  const parsed = v.safeParse(aboutSchema, about);
  if (!parsed.success || stored.metadata.format !== FORMAT)
    throw refuse(`${file.name} is not a checkpoint of this version`);
  const { best, reports, steps, training: own } = parsed.output;
  if (own !== training) throw refuse('bundle, events, seed or options differ from the interrupted training');
  const part = (prefix: string): Weights =>
    Object.fromEntries(
      Object.entries(stored.weights).flatMap(([name, weight]) =>
        name.startsWith(`${prefix}:`) ? [[name.slice(prefix.length + 1), weight]] : [],
      ),
    );
  return {
    weights: part('now'),
    averages: part('averages'),
    adam: part('adam'),
    steps,
    reports,
    best: best === null ? null : { epoch: best, weights: part('best') },
  };
}
