import { seededRandom } from '../../../src/core/common/random';
import { History } from '../../../src/core/events';
import { featureMatrix, type LearnerCatalog } from '../../../src/device/learner';
import { ExpertMixture } from '../../../src/device/learner/experts/expert-mixture';
import type { FeatureMatrix } from '../../../src/device/learner/experts/feature-matrix';
import { MAX_KEPT } from '../../../src/device/learner/limits';
import { START_WITH_SIDE } from '../../../src/device/learner/personal-weights';
import { type TermValues, termValues } from '../../../src/device/ranking';
import { rowsByTopic } from '../catalogs';
import { type Timed, timed } from '../timing';

const CHOICES = 400;
const WARM_UP = 120;
/** Number of choices of one topic before the next, and of choices behind the terms. */
const [SPELL, PAST] = [30, 40];
/** Number of choices after which the maximum number of experts exists. */
const SEVERAL = 40;

/** Times of an update, including the list's scores after it. */
export interface UpdateTimes {
  columns: number;
  /** With six experts, and with only one. */
  six: Timed;
  one: Timed;
}

/** Updates of a shopper whose taste changes, in a shop with a side model. The kernel must be loaded. */
export async function updateTimes({ index }: LearnerCatalog): Promise<UpdateTimes> {
  const matrix = featureMatrix(index);
  const random = seededRandom(1);
  const topics = rowsByTopic(index);
  const history = new History();
  for (let n = 0; n < PAST; n++) history.add({ type: n % 10 === 9 ? 'dismiss' : 'click' }, topics[n % 3][n]);
  const terms = termValues(index, { history, residualScores: null });
  const shared = { matrix, terms, random, topics };
  // The first ones include compilation.
  await updates(shared, true, 6, WARM_UP);
  const six = await updates(shared, true, 6, CHOICES);
  const one = await updates(shared, false, 1, CHOICES);
  return { columns: matrix.width, six, one };
}

/** Gives a shopper with candidates the maximum number of experts: the cost of an update does not depend on how they arose. */
function keepMore(mixture: ExpertMixture, matrix: FeatureMatrix): void {
  const stored = mixture.save();
  const [first] = stored.members;
  const missing = MAX_KEPT - stored.members.filter(({ kind }) => kind !== 'candidate').length;
  const more = Array.from({ length: missing }, (_, n) => ({
    ...first,
    id: stored.next + n,
    kind: 'specialist' as const,
    weight: first.weight / (missing + 1),
  }));
  const members = stored.members.map((member) =>
    member === first ? { ...first, weight: first.weight / (missing + 1) } : member,
  );
  mixture.restore({ ...stored, next: stored.next + missing, members: [...members, ...more] });
  mixture.bind(matrix, { rows: [], strengths: [] }, new Map());
}

interface Shared {
  matrix: FeatureMatrix;
  terms: TermValues;
  random: () => number;
  topics: readonly number[][];
}

/** @param experts only updates with this number of experts count */
async function updates(
  { matrix, terms, random, topics }: Shared,
  routed: boolean,
  experts: number,
  choices: number,
): Promise<Timed> {
  const mixture = new ExpertMixture();
  mixture.startFrom(routed ? START_WITH_SIDE : { ...START_WITH_SIDE, newborn: 0 });
  mixture.bind(matrix, { rows: [], strengths: [] }, new Map());
  const chosen = new Set<number>();
  const counted = timed();
  for (let n = 0; n < choices; n++) {
    const topic = topics[Math.floor(n / SPELL) % topics.length];
    const left = topic.filter((row) => !chosen.has(row));
    const row = left[Math.floor(random() * left.length)];
    const choice = { id: `${row}`, row, gone: [...chosen], strength: 1, time: n };
    // After this many choices there are two candidates.
    if (routed && n === SEVERAL) keepMore(mixture, matrix);
    const time = n > SEVERAL && mixture.status.length === experts ? counted : timed();
    await time.of(async () => {
      if (n === 0) mixture.bootstrap(choice);
      else mixture.learn(choice, terms);
      void mixture.scores;
    });
    chosen.add(row);
  }
  return counted;
}
