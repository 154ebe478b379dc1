import { SidestreamError } from '../../error';
import { createNetworkKernel } from '../../kernel/network';
import { type Ladder, nextWindow, type Weights } from '../../model';
import { hasHardwareAdapter } from '../adapter';
import type { Backend } from '../backend';
import type { LearnerCatalog } from '../learner-catalog';
import { fusedTrainer } from './fused/fused-trainer';
import { type LadderBatch, ladderBatch } from './ladder-batch';
import type { MakeTrainer, TrainerKind } from './ladder-trainer';
import { freshShares, freshWeights } from './ladder-weights';

/** Steps that a session is likely to take: ten trainings of ten steps. */
const SESSION_STEPS = 100;
/** Trainings after the first step that are measured, and the steps of each; the fastest counts, as others disturb some. */
const SAMPLES = 3;
const SAMPLE_STEPS = 2;
/** Choices of the batch that is measured, with 64 negatives. */
const SAMPLE_CHOICES = 60;
/** Windows that the network of the sample has grown for: three experts a layer. */
const SAMPLE_WINDOWS = 2;
/** Inner width of the sample's experts, as of fresh ones. */
const BOTTLENECK = 32;
/**
 * A session must take longer than this, in milliseconds, before another trainer is tried: loading tfjs with a backend (some
 * 200 kB) and its first step take about as long, so that it could not repay them.
 */
const WORTH_A_TRIAL = 1000;

/** A trainer that may be chosen. */
export interface TrainerCandidate {
  kind: TrainerKind;
  /** Loads what it needs. */
  start(): Promise<MakeTrainer>;
}

/** Milliseconds that a candidate took. */
export interface TrainerTime {
  kind: TrainerKind;
  /** To start and take the first step, which compiles shaders on a GPU. */
  first: number;
  /** For each later step. */
  step: number;
  /** Expected for a session. */
  session: number;
}

/** The trainer that was chosen, and the measurements behind it; none where the caller named it. */
export interface TrainerChoice {
  kind: TrainerKind;
  make: MakeTrainer;
  times: TrainerTime[];
}

/** What candidates train to be measured. */
export interface TrainerSample {
  weights: Weights;
  blend: Record<Ladder, number>;
  table: LearnerCatalog['table'];
  batch: LadderBatch;
}

/** Choices so far in this thread, by the size of the network. */
const calibrated = new Map<string, Promise<TrainerChoice>>();

/**
 * The trainer for a catalogue: the one that is named, else the one that is expected to take the least time over a session,
 * by a short measurement on this device. It is measured once for each size of network; a GPU that was lost is not used again.
 * @param options backend of tfjs, where that is named. Default: the fastest by probing
 * @param now the clock, in milliseconds
 */
export async function chooseTrainer(
  catalog: Pick<LearnerCatalog, 'table' | 'blend'>,
  { trainer, backend }: { trainer?: 'fused' | 'tfjs'; backend?: Backend } = {},
  now?: () => number,
): Promise<TrainerChoice> {
  if (trainer === 'fused') return { kind: 'fused', make: fusedTrainer(), times: [] };
  if (trainer === 'tfjs') return { ...(await startTfjs(backend)), times: [] };
  const { dim, taps } = catalog.table;
  const size = [dim, taps.text, taps.image].join();
  const before = await calibrated.get(size)?.catch(() => null);
  const lost = before?.kind === 'webgpu' && (await isGpuLost());
  if (before && !lost) return before;
  const choice = candidates(!lost).then((all) => calibrate(all, sampleOf(catalog), now));
  calibrated.set(size, choice);
  return choice;
}

/**
 * Measures candidates in their order; one after the first is tried only while a session by the best so far takes long enough
 * to repay the trial. A candidate that fails is passed over, but for the first.
 * @param sample null where there is too little to train on: the first candidate is taken unmeasured
 */
export async function calibrate(
  all: readonly TrainerCandidate[],
  sample: TrainerSample | null,
  now: () => number = () => performance.now(),
): Promise<TrainerChoice> {
  const [first, ...others] = all;
  if (!sample) return { kind: first.kind, make: await first.start(), times: [] };
  let best = await measured(first, sample, now);
  const times = [best.time];
  for (const candidate of others) {
    if (best.time.session < WORTH_A_TRIAL) break;
    try {
      const tried = await measured(candidate, sample, now);
      times.push(tried.time);
      if (tried.time.session < best.time.session) best = tried;
    } catch (thrown) {
      // The best so far computes the same; the console shows why.
      console.warn(SidestreamError.from(thrown).message);
    }
  }
  return { kind: best.time.kind, make: best.make, times };
}

async function measured(
  { start }: TrainerCandidate,
  { weights, blend, table, batch }: TrainerSample,
  now: () => number,
): Promise<{ make: MakeTrainer; time: TrainerTime }> {
  const begun = now();
  const make = await start();
  const trainer = make(weights, blend);
  try {
    await trainer.train(table, batch, 1);
    const first = now() - begun;
    let step = Number.POSITIVE_INFINITY;
    for (let sample = 0; sample < SAMPLES; sample++) {
      const since = now();
      await trainer.train(table, batch, SAMPLE_STEPS);
      step = Math.min(step, (now() - since) / SAMPLE_STEPS);
    }
    return { make, time: { kind: trainer.kind, first, step, session: first + step * (SESSION_STEPS - 1) } };
  } finally {
    trainer.dispose();
  }
}

/** The fused one comes first: it needs no download. tfjs on wasm is slower than it wherever both have vector instructions. */
async function candidates(gpu: boolean): Promise<TrainerCandidate[]> {
  const tfjs = (kind: Backend): TrainerCandidate => ({ kind, start: async () => (await startTfjs(kind)).make });
  const { vectors } = createNetworkKernel();
  return [
    { kind: 'fused', start: async () => fusedTrainer() },
    ...(gpu && (await hasHardwareAdapter()) ? [tfjs('webgpu')] : []),
    ...(vectors || typeof WebAssembly === 'undefined' ? [] : [tfjs('wasm')]),
  ];
}

async function startTfjs(wanted?: Backend): Promise<{ kind: Backend; make: MakeTrainer }> {
  const [{ chooseBackend }, { tfjsTrainer }] = await Promise.all([import('../backend'), import('./tfjs-trainer')]);
  return { kind: await chooseBackend(wanted), make: tfjsTrainer };
}

const isGpuLost = async (): Promise<boolean> => (await import('../backend')).isBackendLost();

/** @returns null where the catalogue has too few items */
function sampleOf({ table, blend }: Pick<LearnerCatalog, 'table' | 'blend'>): TrainerSample | null {
  const choices = Math.min(SAMPLE_CHOICES, Math.floor(table.count / 2));
  const request = {
    history: Int32Array.from({ length: choices }, (_, row) => row),
    eventWeights: new Float32Array(choices).fill(1),
    popularity: new Float32Array(table.count),
    steps: 1,
    seed: 1,
  };
  const batch = ladderBatch(request, table.count);
  if (!batch) return null;
  const content = { text: blend.text.tap, image: blend.image.tap };
  let weights = freshWeights(table, BOTTLENECK, content, 1);
  let shares = freshShares(table, content);
  for (let window = 0; window < SAMPLE_WINDOWS; window++) {
    ({ weights, shares } = nextWindow(weights, shares, false, SAMPLE_WINDOWS + 1));
  }
  return { weights, blend: { text: blend.text.weight, image: blend.image.weight }, table, batch };
}
