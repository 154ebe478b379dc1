import type { BaseModel } from '../base-model';
import { type GradientMap, HIGHEST_RANK } from '../catalog';
import { BLOCK_WEIGHT, ExpertReplay, type LearnerCatalog } from '../learner';
import { seededRandom } from '../model';
import { GradientMoments, leadingEigenvectors, type MomentSums, solveMap, stepOf, transferred } from '../training';
import { chooseLift, type LiftEvidence, type LiftedChoice, liftedRanks } from './cold-start-lift';
import type { LogEvent } from './event-log';
import { type Estimate, lnRankChange, type Quality, qualityOf } from './quality';
import { type ColdSplit, coldShoppers, type Shopper } from './shoppers';

/** Share of a log that its later part does not teach. */
export const EARLIER = 0.6;
/** Events that a shopper of the later part must have, and those that are replayed. */
const [LEAST_EVENTS, MOST_EVENTS] = [20, 110];
/** Fewer shoppers, or choices of theirs, are too few to tell a map from chance. */
const [LEAST_SHOPPERS, LEAST_CHOICES] = [30, 2000];
/** More shoppers make the map no better in the time that they take. */
const MOST_SHOPPERS = 200;
/** First place that is ranked, as in the device protocol. */
const FROM = 10;
/** Share of the shoppers, the last ones, that is held out: what the period had in common must not pass for what a shopper had. */
const HELD_OUT = 1 / 3;
/**
 * Change of ln rank of the held-out shoppers from which on a map is kept. It is measured on the features that taught the map;
 * carried over to those of now about a fifth of it was left on one log of two, and on the other, where it was 0.03, nothing.
 */
export const LEAST_CHANGE = -0.05;
/** Choices of which the covariance of the features is taken, about. */
const SAMPLES = 60;

/** What a shop knows at some time. */
export interface ShopKnowledge {
  /** Popularity, co-occurrence and factors are of that time. */
  catalog: LearnerCatalog;
  model: BaseModel;
}

export interface GradientMapRequest {
  /** What the shop knew at the end of the earlier part. */
  before: ShopKnowledge;
  /** What it knows at the end of the log; asked for when there is a map to carry over. */
  now(): Promise<ShopKnowledge>;
  /** Rows of items chosen in the earlier part. */
  known: readonly number[];
  /** [items] how often each was chosen in the later part. */
  later: Float32Array;
  /** Those of `mapShoppers`, by their first event. */
  shoppers: readonly Shopper[];
  seed: number;
  /** Called for each stream that this process has replayed. */
  onProgress?(): void;
  /** Does the steps of the replay. Default: in this process. */
  replay?: Replay;
}

/** What the replayed shoppers taught. */
export interface LearnedFromReplay {
  /** Null where the log does not say that it helps. */
  map: GradientMap | null;
  evidence: MapEvidence;
  /** Lift of new items; null where they were chosen too rarely. */
  coldStart: LiftEvidence | null;
}

/** What a shop's log says of a map. */
export interface MapEvidence {
  /** Shoppers that it was learned from. */
  shoppers: number;
  /** Their choices. */
  choices: number;
  /** Shoppers held out for the test. */
  heldOut: number;
  /** Change of their mean ln rank by a map that the others taught, with its paired standard error; below 0 is better. */
  change: Estimate;
}

/**
 * Splits a log by time, for a map that the later part teaches: what it is tested on, and used for, comes after.
 * @returns the shoppers of the later part whom the earlier part does not know, at most 200; null where they are too few
 */
export function mapShoppers(
  events: readonly LogEvent[],
  rowOf: ReadonlyMap<string, number>,
): Pick<ColdSplit, 'past' | 'cold'> | null {
  const { past, cold } = coldShoppers(events, EARLIER, LEAST_EVENTS, rowOf);
  const length = Math.min(cold.length, MOST_SHOPPERS);
  const chosen = Array.from({ length }, (_, n) => cold[Math.floor((n * cold.length) / length)]);
  if (length < LEAST_SHOPPERS || choicesOf(chosen) < LEAST_CHOICES) return null;
  return { past, cold: chosen };
}

/**
 * Learns how experts should learn: which features of what an expert did not expect of past choices predict what it will not
 * expect of the next. One expert replays the choices of shoppers whom the earlier part of the log does not know, by what the
 * shop knew then; the first two thirds of the shoppers teach a map, and the ranks of the others are compared with it and without it.
 * Only where it makes them clearly better, by 0.05 and by two standard errors, all teach the map that is returned, carried over
 * to the features of now.
 *
 * The same ranks say what lift new items need.
 */
export async function learnGradientMap(request: GradientMapRequest): Promise<LearnedFromReplay> {
  const { before, now, known, shoppers, replay = replayer(request) } = request;
  const { matrix } = await ExpertReplay.of(before.catalog, before.model);
  const [taught, judged] = partsOf(shoppers).map(blocksOf);
  const steps = [...taught, ...judged];
  const found = await replay(steps);
  const [moments, others] = [found.slice(0, taught.length), found.slice(taught.length)].map((results) =>
    joined(results, matrix.width),
  );
  const rates = matrix.blocks.flatMap(({ from, to, rate }) => new Array<number>(to - from).fill(rate));
  const stepBy = (by: GradientMoments) => stepOf(solveMap(by, BLOCK_WEIGHT), rates);
  const tried = { blocks: columnsOf(matrix), ...leadingEigenvectors(stepBy(moments), HIGHEST_RANK) };
  const mapped = await replay(judged.map((step) => ({ ...step, map: tried })));
  const qualities = (results: readonly ReplayResult[]): Quality[] =>
    results.flatMap(({ ranks }) => ranks.map(qualityOf));
  const change = lnRankChange(qualities(mapped), qualities(found.slice(taught.length)));
  moments.add(others.sums);
  const heldOut = qualities(mapped).length;
  const evidence = { shoppers: shoppers.length, choices: moments.choices, heldOut, change };
  const coldStart = chooseLift(found.flatMap(({ lifted }) => lifted));
  if (!(change.mean <= LEAST_CHANGE && change.mean + 2 * change.se < 0)) return { map: null, evidence, coldStart };
  const { catalog, model } = await now();
  const { matrix: target } = await ExpertReplay.of(catalog, model);
  const step = transferred(stepBy(moments), matrix, target, known);
  return { map: { blocks: columnsOf(target), ...leadingEigenvectors(step, HIGHEST_RANK) }, evidence, coldStart };
}

/** Shoppers that are replayed together, the same however many processes there are: sums depend on their order. */
const BLOCK = 16;

/** A step of the replay, which any process can do that knows the shop. */
export interface ReplayStep {
  /** Its shoppers: the first one, and the one after the last. */
  from: number;
  to: number;
  /** The map that is tried. Without one, moments and the lift of new items are found too. */
  map?: GradientMap;
}

/** What a step found. */
export interface ReplayResult {
  /** Of each shopper, of the choices from the eleventh event on. */
  ranks: number[][];
  lifted: LiftedChoice[];
  /** Null where a map is tried. */
  moments: MomentSums | null;
}

/** Does steps of a replay, in any order. */
export type Replay = (steps: readonly ReplayStep[]) => Promise<ReplayResult[]>;

/** Does the steps in this process, one after the other. The compute backend must be set. */
export function replayer(
  request: Pick<GradientMapRequest, 'before' | 'later' | 'shoppers' | 'seed' | 'onProgress'>,
): Replay {
  const { before } = request;
  const plain = ExpertReplay.of(before.catalog, before.model);
  let mapped: { map: GradientMap; replay: Promise<ExpertReplay> } | null = null;
  return async (steps) => {
    const results: ReplayResult[] = [];
    for (const step of steps) {
      const { map } = step;
      if (map && mapped?.map !== map) {
        mapped = { map, replay: ExpertReplay.of(withMap(before.catalog, map), before.model) };
      }
      const replay = await (map && mapped ? mapped.replay : plain);
      results.push(await (map ? ranked(request, replay, step) : taughtBy(request, replay, step)));
    }
    return results;
  };
}

type ReplayRequest = Parameters<typeof replayer>[0];

async function taughtBy(
  { before, later, shoppers, seed, onProgress }: ReplayRequest,
  replay: ExpertReplay,
  { from, to }: ReplayStep,
): Promise<ReplayResult> {
  const { coldStart: isNew } = before.catalog.index;
  const moments = new GradientMoments(replay.matrix.width);
  const share = SAMPLES / choicesOf(shoppers);
  const random = seededRandom(seed);
  // One number for each choice, of the shoppers before too.
  for (let n = choicesOf(shoppers.slice(0, from)); n > 0; n--) random();
  const found: ReplayResult = { ranks: [], lifted: [], moments: moments.sums };
  for (const shopper of shoppers.slice(from, to)) {
    const learn = moments.stream();
    const ranks: number[] = [];
    await replay.run(rowsOf(shopper), (choice) => {
      learn(choice.gradient);
      if (random() < share) moments.sample(replay.matrix, choice);
      if (choice.place < FROM) return;
      ranks.push(choice.rank);
      const { row, scores, candidates } = choice;
      const lifted = liftedRanks(scores, isNew, row, candidates);
      found.lifted.push({ isNew: isNew[row] === 1, chosen: later[row], ranks: lifted });
    });
    found.ranks.push(ranks);
    onProgress?.();
  }
  return { ...found, moments: moments.sums };
}

async function ranked(
  { shoppers, onProgress }: ReplayRequest,
  replay: ExpertReplay,
  { from, to }: ReplayStep,
): Promise<ReplayResult> {
  const all: number[][] = [];
  for (const shopper of shoppers.slice(from, to)) {
    const ranks: number[] = [];
    await replay.run(rowsOf(shopper), ({ place, rank }) => void (place >= FROM && ranks.push(rank)));
    all.push(ranks);
    onProgress?.();
  }
  return { ranks: all, lifted: [], moments: null };
}

function joined(results: readonly ReplayResult[], width: number): GradientMoments {
  const moments = new GradientMoments(width);
  for (const { moments: own } of results) if (own) moments.add(own);
  return moments;
}

/** The shoppers that teach, and those held out: the first one of each, and the one after the last. */
function partsOf(shoppers: readonly Shopper[]): [number, number][] {
  const held = shoppers.length - heldOutOf(shoppers).length;
  return [
    [0, held],
    [held, shoppers.length],
  ];
}

const blocksOf = ([from, to]: [number, number]): ReplayStep[] =>
  Array.from({ length: Math.ceil((to - from) / BLOCK) }, (_, n) => ({
    from: from + n * BLOCK,
    to: Math.min(to, from + (n + 1) * BLOCK),
  }));

/** Streams that `learnGradientMap` replays. */
export const replaysOf = (shoppers: readonly Shopper[]): number => shoppers.length + heldOutOf(shoppers).length;

/** The same catalogue with another map, or with none. */
export function withMap(catalog: LearnerCatalog, map: GradientMap | null): LearnerCatalog {
  const { factors } = catalog.index;
  const { map: _, ...others } = factors ?? { blocks: [] };
  const next = { ...others, ...(map && { map }) };
  return { ...catalog, index: { ...catalog.index, factors: factors || map ? next : null } };
}

const heldOutOf = (shoppers: readonly Shopper[]): Shopper[] => shoppers.slice(-Math.floor(HELD_OUT * shoppers.length));

const rowsOf = ({ rows }: Shopper): number[] => rows.slice(0, MOST_EVENTS);

/** Choices learned with an expectation: neither the first nor repeated ones. */
const choicesOf = (shoppers: readonly Shopper[]): number =>
  shoppers.reduce((sum, shopper) => sum + new Set(rowsOf(shopper)).size - 1, 0);

const columnsOf = ({ blocks }: ExpertReplay['matrix']): GradientMap['blocks'] =>
  blocks.map(({ name, from, to }) => ({ name, width: to - from }));
