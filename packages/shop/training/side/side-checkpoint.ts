import * as v from 'valibot';
import { invalidInput, type SidestreamError } from '../../../../src/error';
import type { Weights } from '../model/weights';
import { decodeKept, encodeKept, type KeptBytes } from './kept-weights';
import { type SideTrainingState, sideReportSchema } from './train-epochs';

const FORMAT = 'sidestream-side-checkpoint 1';

/** Digests of everything that decides a training: with a different one, its checkpoint is worth nothing. */
const fingerprintSchema = v.strictObject({
  /** Of seed and settings, which another command can give again. */
  options: v.string(),
  /** Of their ids. */
  products: v.string(),
  events: v.string(),
  /** Of texts, pictures and categories as the model reads them, after the projection. */
  features: v.string(),
  /** Of the earlier model that the training continues. */
  model: v.string(),
});
export type SideFingerprint = v.InferOutput<typeof fingerprintSchema>;
const DATA = ['products', 'events', 'features', 'model'] as const;

const aboutSchema = v.strictObject({
  training: fingerprintSchema,
  steps: v.number(),
  best: v.nullable(v.number()),
  reports: v.array(sideReportSchema),
});

export async function writeSideCheckpoint(
  file: KeptBytes,
  training: SideFingerprint,
  state: SideTrainingState,
): Promise<void> {
  const { weights, averages, adam, best, reports, steps } = state;
  const parts = { now: weights, averages, adam, best: best?.weights ?? {} };
  const all: Weights = Object.fromEntries(
    Object.entries(parts).flatMap(([part, of]) =>
      Object.entries(of).map(([name, weight]) => [`${part}:${name}`, weight]),
    ),
  );
  await file.write(encodeKept(all, FORMAT, { training, steps, best: best?.epoch ?? null, reports }));
}

/**
 * @returns undefined if the data of the shop has changed since, of which it tells
 * @throws SidestreamError `runtime/invalid-input` without a checkpoint, if it is damaged, or if seed or settings differ
 */
export async function readSideCheckpoint(
  file: KeptBytes,
  training: SideFingerprint,
  say: (line: string) => void,
): Promise<SideTrainingState | undefined> {
  const refuse = (why: string, cause?: unknown): SidestreamError =>
    invalidInput(`Cannot resume: ${why}, or train without --resume.`, { cause });
  const bytes = await file.read();
  if (!bytes)
    throw refuse(`there is no checkpoint at ${file.name}. Give the --out and --models of the interrupted training`);
  let kept: { weights: Weights; about: v.InferOutput<typeof aboutSchema> };
  try {
    kept = decodeKept(bytes, FORMAT, aboutSchema);
  } catch (cause) {
    throw refuse(`${file.name} is damaged or of another version. Restore it`, cause);
  }
  const { best, reports, steps, training: earlier } = kept.about;
  const changed = DATA.filter((part) => earlier[part] !== training[part]);
  if (changed.length > 0) {
    const why = `${changed.join(', ')} changed since its last epoch`;
    say(`Trained from scratch because the checkpoint cannot be continued: ${why}`);
    return;
  }
  if (earlier.options !== training.options)
    throw refuse('seed or options differ from the interrupted training. Give the same ones');
  const part = (prefix: string): Weights =>
    Object.fromEntries(
      Object.entries(kept.weights).flatMap(([name, weight]) =>
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
