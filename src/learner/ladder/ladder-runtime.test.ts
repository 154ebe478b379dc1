import { memory } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { concatTables, type Item } from '../../catalog';
import { catalogIndex, rank, scores } from '../../ranking';
import { CATEGORIES, categoryTable, useBackend } from '../../testing/experts';
import { Learner } from '../learner';
import type { LearnerCatalog } from '../learner-catalog';
import { ladderCandidates } from './ladder-runtime';

const COUNT = 1500;
const table = categoryTable(COUNT);
const blend = { text: { tap: 1, weight: 0.5 }, image: { tap: 1, weight: 0.5 } };

function catalog(features = table): LearnerCatalog {
  const items = Array.from({ length: features.count }, (_, row): Item => {
    const category = `c${row % CATEGORIES}`;
    return { id: `i${row}`, title: `Item ${row}`, description: '', category, availability: 'in-stock', attributes: {} };
  });
  return { table: features, blend, index: catalogIndex(items, features, blend) };
}

const click = (id: number) => ({
  id,
  type: 'click' as const,
  itemId: `i${(id * 3) % 90}`,
  time: 1_700_000_000_000 + id,
});

/** A learner that has chosen often enough to train. */
function shopper(shop = catalog()): Learner {
  const learner = new Learner(shop, { seed: 1, backend: 'cpu', policy: 'paper' });
  for (let id = 1; id <= 6; id++) learner.observe(click(id));
  return learner;
}

const differing = (a: Float32Array, b: Float32Array): number[] => [...a.keys()].filter((row) => a[row] !== b[row]);
/** Scores in which the experts have a weight, however little they have earned so far. */
const scored = (learner: Learner): Float32Array => scores(learner.terms, { ...learner.weights, experts: 3 });
const best = (score: Float32Array, rows: readonly number[]): number[] =>
  rows.toSorted((a, b) => score[b] - score[a] || a - b).slice(0, 100);
const { index } = catalog();
const list = (learner: Learner): number[] =>
  rank(index, learner.state, { placement: 'for-you', row: null, limit: 20, exclude: new Set() }).map(({ row }) => row);

describe('the embeddings of a large catalogue after an update', () => {
  beforeAll(() => useBackend('cpu'));

  it('are there at once for the candidates, whose order is the one that all of them give', async () => {
    const learner = shopper();
    await learner.train();
    const candidates = ladderCandidates(learner.terms, learner.weights, learner.history.rows);
    expect(candidates.length).toBeLessThan(COUNT - 400);
    const [experts, score] = [learner.terms.experts, scored(learner)];
    const shown = list(learner);
    const tensors = memory().numTensors;

    expect(await learner.completeTraining()).toBe(true);
    const near = new Set(candidates);
    const later = differing(experts, learner.terms.experts);
    expect(later.filter((row) => near.has(row))).toEqual([]);
    expect(later.length).toBeGreaterThan(400);
    expect(best(scored(learner), candidates)).toEqual(best(score, candidates));
    expect(list(learner)).toEqual(shown);
    expect(memory().numTensors).toBe(tensors);
    expect(await learner.completeTraining()).toBe(false);
    learner.dispose();
  });

  it('are left to a newer update where there is one, and come with it', async () => {
    const [hurried, patient] = [shopper(), shopper()];
    await hurried.train();
    await patient.train();
    await patient.completeTraining();
    const running = hurried.completeTraining();
    for (const learner of [hurried, patient]) for (let id = 7; id <= 20; id++) learner.observe(click(id));
    await hurried.train();
    expect(await running).toBe(false);
    await patient.train();
    const tensors = memory().numTensors;
    expect(await hurried.completeTraining()).toBe(true);
    await patient.completeTraining();
    expect(hurried.state.experts?.learned).toEqual(patient.state.experts?.learned);
    expect(memory().numTensors).toBe(tensors);
    hurried.dispose();
    patient.dispose();
  });

  it('are given up with the learner, and go on in a catalogue that grows', async () => {
    const gone = shopper();
    await gone.train();
    const given = gone.completeTraining();
    gone.dispose();
    expect(await given).toBe(false);

    const learner = shopper();
    await learner.train();
    const running = learner.completeTraining();
    await learner.setCatalog(catalog(concatTables([table, categoryTable(300, 8, undefined, 2)])));
    expect(await running).toBe(true);
    const alone = shopper();
    await alone.train();
    await alone.completeTraining();
    const { learned = new Float32Array(), width = 0 } = learner.state.experts ?? {};
    expect(learned).toHaveLength((COUNT + 300) * width);
    expect(learned.subarray(0, COUNT * width)).toEqual(alone.state.experts?.learned);
    learner.dispose();
    alone.dispose();
  });
});
