// npm run bench:learning -- [items]: time of one update of six experts, and of one, on a catalogue of made-up features.
import { loadKernel } from '../../src/kernel';
import { ExpertMixture } from '../../src/learner/experts/expert-mixture';
import { FeatureMatrix } from '../../src/learner/experts/feature-matrix';
import { seededRandom } from '../../src/model';
import { TERMS, type TermValues } from '../../src/ranking';
import { spread } from './timing';

/** Blocks of a shop with texts and pictures, a base model and latent factors of its logs. */
const WIDTHS = { content: 256, place: 24, categories: 19, year: 17, embedding: 64, cooccurrence: 64, users: 64 };
const TASTES = 12;
const CHOICES = 400;

await loadKernel();
const count = Number(process.argv[2] ?? 10_000);
const random = seededRandom(1);
/** As the shop's map of the gradients: eigenvectors of made-up numbers. */
const RANK = 64;
const columns = Object.values(WIDTHS).reduce((sum, width) => sum + width, 0);
const map = {
  blocks: [],
  eigenvalues: new Float32Array(RANK).fill(1e-3),
  eigenvectors: Float32Array.from({ length: RANK * columns }, () => (2 * random() - 1) / Math.sqrt(columns)),
};
const matrix = new FeatureMatrix({
  ...{ count, map },
  blocks: Object.entries(WIDTHS).map(([subject, width]) => ({
    ...{ name: `${subject} ${width}`, key: `${subject} ${width}`, width, rate: 0.5, center: new Float32Array(width) },
    scale: new Float32Array(width).fill(1 / Math.sqrt(width)),
    readoutScale: new Float32Array(width).fill(1),
    // Items of a taste have a direction in common, so clear that experts are kept.
    values: Float32Array.from({ length: count * width }, (_, at) => {
      const taste = Math.floor(at / width) % TASTES;
      return random() - 0.5 + 2 * Math.sin(31 * taste + 7 * (at % width));
    }),
  })),
});
const terms = Object.fromEntries(
  TERMS.map((name) => [name, Float32Array.from({ length: count }, () => (name === 'experts' ? 0 : random()))]),
) as TermValues;

/** Times of an update, with the list that follows it, for each choice of a shopper whose taste changes; and experts at it. */
function updates(routed: boolean): { experts: number; time: number }[] {
  const mixture = new ExpertMixture(routed ? 'routed' : 'paper');
  mixture.bind(matrix, { rows: [], strengths: [] }, new Map());
  const chosen = new Set<number>();
  return Array.from({ length: CHOICES }, (_, n) => {
    const taste = Math.floor(n / 30) % TASTES;
    let row = taste + TASTES * Math.floor((random() * count) / TASTES);
    while (row >= count || chosen.has(row)) row = (row + TASTES) % count;
    const candidates = Array.from({ length: count }, (_unused, other) => other).filter((other) => !chosen.has(other));
    const choice = { id: `${row}`, row, candidates, strength: 1 };
    const experts = mixture.status.length;
    const started = performance.now();
    if (n === 0) mixture.bootstrap(choice, n);
    else mixture.learn(choice, terms, n);
    void mixture.scores;
    const time = performance.now() - started;
    chosen.add(row);
    return { experts, time };
  });
}

const times = (all: { experts: number; time: number }[], experts: number) =>
  spread(all.filter((update, n) => n > 20 && update.experts === experts).map(({ time }) => time));

updates(true);
const six = times(updates(true), 6);
const one = times(updates(false), 1);
console.log(`${count} items, ${matrix.width} columns: update and scores`);
console.log(`6 experts: ${six}`);
console.log(`1 expert:  ${one}`);
console.log(`ratio of the medians: ${(six.middle / one.middle).toFixed(2)}`);
