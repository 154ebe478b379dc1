import { beforeAll, describe, expect, it } from 'vitest';
import { memoryBundle } from '../../../../testing/bundles';
import { sideModel } from '../../../../testing/side-models';
import { topicContent } from '../../../../testing/topics';
import { type Bundle, contentBlend, openBundle, openHead, type ScoreEntries, writeBundle } from '../../../core/catalog';
import type { Head } from '../../../core/catalog/shards/shard-file';
import type { ChoiceHistory } from '../../../core/events';
import { type CatalogIndex, catalogIndex } from '../catalog-index';
import { type TermWeights, topRows } from '../score';
import { vectorOf } from '../similarities';
import { TERMS, type TermName, termValues } from '../terms/terms';
import { contentScores, personalScores } from './shard-scores';

const COUNT = 3000;
const NEW_SHOPPER = { sideModel: 0.6, recent: 1.8, session: 1.8, nearestHistory: 6.4, popularity: 0.6 };
const WEIGHTS: TermWeights = { ...(Object.fromEntries(TERMS.map((name) => [name, 0])) as TermWeights), ...NEW_SHOPPER };
let bundle: Bundle;
let head: Head;
let index: CatalogIndex;

beforeAll(async () => {
  const memory = memoryBundle();
  const options = { whole: false, shardItems: 32 };
  await writeBundle(await topicContent({ items: COUNT, topics: 40, dim: 48 }), memory.sink, options);
  bundle = await openBundle(memory.fetchFile);
  ({ head } = await openHead(memory.fetchFile));
  index = catalogIndex(bundle.items, bundle.features, contentBlend(bundle.manifest));
});

const historyOf = (rows: number[]): ChoiceHistory =>
  ({
    rows,
    strengths: rows.map((_, n) => 1 + (n % 3)),
    dismissed: new Set<number>(),
  }) as Partial<ChoiceHistory> as ChoiceHistory;

/** A node whose entries are the items themselves. */
/** A node of the directory. */
type DirectoryNode = Parameters<ScoreEntries>[0];
const itemsOf = ({ content, side, logPopularity, items }: CatalogIndex): DirectoryNode => ({
  content,
  side: { width: side?.width ?? 0, values: side?.vectors ?? new Float32Array() },
  biases: side?.biases ?? new Float32Array(items.length),
  popularity: logPopularity,
});

function scoresOf(of: CatalogIndex, rows: number[]): Float32Array {
  const personal = personalScores(of, historyOf(rows), WEIGHTS);
  if (!personal) throw new Error('no scores');
  return personal(itemsOf(of));
}

function expectTerms(of: CatalogIndex, rows: number[], names: readonly TermName[]): void {
  const values = termValues(of, { history: historyOf(rows), residualScores: null });
  for (const [row, score] of scoresOf(of, rows).entries()) {
    const expected = names.reduce((sum, name) => sum + WEIGHTS[name] * values[name][row], 0);
    expect(score).toBeCloseTo(expected, 3);
  }
}

const histories = Array.from({ length: 30 }, (_, n) => [n * 97, n * 97 + 1, n * 61 + 5, (n * 331) % COUNT]);

describe('the score of a shard', () => {
  it('is the sum of the terms of content and popularity', () => {
    expectTerms(index, histories[7], ['recent', 'session', 'nearestHistory', 'popularity']);
    const many = Array.from({ length: 9 }, (_, n) => n * 37);
    expectTerms(index, [...many, ...many], ['recent', 'session', 'nearestHistory', 'popularity']);
  });

  it('has the side model, with its bias, where there is one', () => {
    const sided = { ...index, side: sideModel(COUNT, 6) };
    expectTerms(sided, histories[3], ['sideModel', 'nearestHistory', 'popularity']);
  });

  it('needs a choice', () => {
    expect(personalScores(index, historyOf([]), WEIGHTS)).toBeNull();
  });

  it('is by content alone for an item in view', () => {
    const scores = contentScores(vectorOf(index.content, 11))(itemsOf(index));
    const similar = index.similarities.products([vectorOf(index.content, 11)])[0];
    for (const [row, score] of scores.entries()) expect(score).toBeCloseTo(similar[row], 4);
  });
});

describe('shards near a shopper', () => {
  it('have most of the items that rank best in the whole catalogue', async () => {
    const first = new Set(head.items.map(({ id }) => id));
    let found = 0;
    for (const rows of histories) {
      const personal = personalScores(index, historyOf(rows), WEIGHTS);
      const near = personal && (await bundle.shards.best(personal, Math.ceil(bundle.shards.count / 10)));
      // A page has loaded these before.
      const loaded = new Set([...rows.map((row) => bundle.shardOf[row]), ...(near ?? [])]);
      const scores = scoresOf(index, rows);
      const top = topRows(scores, 10);
      found += top.filter((row) => first.has(index.items[row].id) || loaded.has(bundle.shardOf[row])).length;
    }
    expect(found / (10 * histories.length)).toBeGreaterThan(0.9);
  });
});
