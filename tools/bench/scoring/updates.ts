import { loadKernel } from '../../../src/kernel';
import { ExpertMixture } from '../../../src/learner/experts/expert-mixture';
import { FeatureMatrix } from '../../../src/learner/experts/feature-matrix';
import { seededRandom } from '../../../src/model';
import { TERMS, type TermValues } from '../../../src/ranking';
import { type Timed, timed } from '../timing';

/** Blocks of a shop with a side model, and the decays of the states of the vectors. */
const WIDTHS = { place: 24, categories: 19, year: 17, side: 64 };
const DECAYS = [0.2, 0.6, 0.88, 0.97];
const TASTES = 12;
const CHOICES = 400;
const WARM_UP = 120;

/** Times of an update, with the list's scores that follow it. */
export interface UpdateTimes {
  columns: number;
  /** While there are six experts, and where there is one alone. */
  six: Timed;
  one: Timed;
}

/** Updates of a shopper whose taste changes, on a catalogue of made-up features. */
export async function updateTimes(count: number): Promise<UpdateTimes> {
  await loadKernel();
  const random = seededRandom(1);
  const matrix = featureMatrix(count, random);
  const terms = Object.fromEntries(
    TERMS.map((name) => [name, Float32Array.from({ length: count }, () => random())]),
  ) as TermValues;
  const shared = { count, matrix, terms, random };
  // The first ones are compiled on the way.
  await updates(shared, true, 6, WARM_UP);
  const six = await updates(shared, true, 6, CHOICES);
  const one = await updates(shared, false, 1, CHOICES);
  return { columns: matrix.width, six, one };
}

/** Made-up features. */
function featureMatrix(count: number, random: () => number): FeatureMatrix {
  return new FeatureMatrix({
    count,
    blocks: Object.entries(WIDTHS).map(([subject, width]) => ({
      ...{ name: `${subject} ${width}`, key: `${subject} ${width}`, width, rate: 0.5, center: new Float32Array(width) },
      scale: new Float32Array(width).fill(1 / Math.sqrt(width)),
      digits: 11,
      states: (subject === 'side' ? DECAYS : [null]).map((decay) => ({ decay, gain: new Float32Array(width).fill(1) })),
      // Items of a taste have a direction in common, so clear that experts are kept.
      values: Float32Array.from({ length: count * width }, (_, at) => {
        const taste = Math.floor(at / width) % TASTES;
        return random() - 0.5 + 2 * Math.sin(31 * taste + 7 * (at % width));
      }),
    })),
  });
}

/** @param experts only updates with so many count */
async function updates(
  { count, matrix, terms, random }: { count: number; matrix: FeatureMatrix; terms: TermValues; random: () => number },
  routed: boolean,
  experts: number,
  choices: number,
): Promise<Timed> {
  const mixture = new ExpertMixture(routed);
  mixture.bind(matrix, { rows: [], strengths: [] }, new Map());
  const chosen = new Set<number>();
  const counted = timed();
  for (let n = 0; n < choices; n++) {
    const taste = Math.floor(n / 30) % TASTES;
    let row = taste + TASTES * Math.floor((random() * count) / TASTES);
    while (row >= count || chosen.has(row)) row = (row + TASTES) % count;
    const candidates: number[] = [];
    for (let other = 0; other < count; other++) if (!chosen.has(other)) candidates.push(other);
    const choice = { id: `${row}`, row, candidates, strength: 1 };
    const time = n > 20 && mixture.status.length === experts ? counted : timed();
    await time.of(async () => {
      if (n === 0) mixture.bootstrap(choice, n);
      else mixture.learn(choice, terms, n);
      void mixture.scores;
    });
    chosen.add(row);
  }
  return counted;
}
