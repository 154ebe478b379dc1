// Answers for the inspector. Only pages with an inspector load this code.

import * as v from 'valibot';
import { categoryPaths, type Item } from '../../../core/catalog';
import { counted } from '../../../core/common/grouped';
import { itemIdSchema } from '../../../core/events';
import { profileFiles } from '../../learner';
import { type InspectionAnswers, parsed, recommendSchema } from '../../protocol';
import { influences, inspectRow, rank } from '../../ranking';
import { type Call, takes } from '../call';
import { unknownSnapshot } from '../device/device';
import type { ActiveLearner } from '../shopper/turns';

type Needs = Pick<Call, 'catalog' | 'device' | 'lists' | 'options' | 'shopper'>;

const LIST_LENGTH = 20;
const MAX_PRODUCTS = 12;
const MAX_CATEGORIES = 8;
/** Number of choices that count as the last ones. */
const LATELY = 8;

const questionSchema = v.picklist(
  ['profile', 'snapshot', 'item'] satisfies (keyof InspectionAnswers)[],
  'status.inspect() answers profile, snapshot and item',
);
const idSchema = v.pipe(v.number(), v.safeInteger());
/** The reported list: `for-you`, based only on the learned state. */
const list = (limit: number) => parsed(recommendSchema, { limit }, 'status.inspect()');

const ANSWERS: {
  [Question in keyof InspectionAnswers]: (needs: Needs, about: unknown) => Promise<InspectionAnswers[Question]>;
} = {
  profile: inspectProfile,
  snapshot: (needs, about) => inspectSnapshot(needs, parsed(idSchema, about, 'status.inspect()', 'id')),
  item: (needs, about) => inspectItem(needs, parsed(itemIdSchema, about, 'status.inspect()', 'itemId')),
};

export const inspect = takes(
  'status.inspect()',
  [['question', questionSchema], v.unknown()],
  async (needs: Needs, question, about): Promise<InspectionAnswers[keyof InspectionAnswers]> =>
    ANSWERS[question](needs, about),
);

async function inspectProfile({ catalog, lists }: Needs) {
  const shown = await catalog.shown();
  return lists.withLearner([], list(LIST_LENGTH), (learner) => {
    const { index } = catalog;
    const itemAt = (row: number): Item => shown(index.items[row]);
    const { rows } = learner.history;
    const parted = rows.length > 0 ? influences(index, ...lists.inputOf(list(LIST_LENGTH), learner)) : [];
    return {
      products: parted.slice(0, MAX_PRODUCTS).map(({ row, part }) => ({ item: itemAt(row), part })),
      categories: categoriesOf(rows.slice(-LATELY).map((row) => itemAt(row).category)),
      experts: expertsOf(learner, itemAt),
    };
  });
}

function expertsOf(learner: ActiveLearner, itemAt: (row: number) => Item) {
  const parts = learner.contributionsOf(0);
  return learner.status.experts.map((expert) => ({
    ...expert,
    from: (parts.find((part) => part.id === expert.id)?.choices ?? [])
      .toReversed()
      .map(({ row, time }) => ({ item: itemAt(row), time })),
  }));
}

export function categoriesOf(choices: readonly string[]) {
  return [...counted(choices.flatMap(categoryPaths))]
    .map(([name, count]) => ({ name, share: count / choices.length }))
    .sort((a, b) => b.share - a.share || a.name.localeCompare(b.name))
    .slice(0, MAX_CATEGORIES);
}

async function inspectSnapshot({ lists, shopper, device, catalog }: Needs, id: number) {
  const snapshot = (await device.using((store) => store.snapshots())).find((one) => one.id === id);
  const stored = snapshot && (await device.using((store) => store.snapshotProfile(id)));
  if (!snapshot || !stored) throw unknownSnapshot(id);
  const profile = await (await profileFiles()).readProfile(stored);
  const idsOf = (learner: ActiveLearner): string[] =>
    rank(catalog.index, ...lists.inputOf(list(LIST_LENGTH), learner)).map(({ row }) => catalog.index.items[row].id);
  const now = await lists.withLearner([], list(LIST_LENGTH), idsOf);
  const earlier = await shopper.turns.beside(profile, idsOf);
  return placeChanges(now, earlier);
}

/** The changes from one list to another. @param now ids in order @param earlier ids of the other list in order */
export function placeChanges(now: readonly string[], earlier: readonly string[]) {
  const both = now.filter((id) => earlier.includes(id));
  return {
    added: earlier.length - both.length,
    left: now.length - both.length,
    moved: both.filter((id) => now.indexOf(id) !== earlier.indexOf(id)).length,
  };
}

async function inspectItem({ catalog, options, lists }: Needs, id: string) {
  const shown = await catalog.shown();
  return lists.withLearner([id], list(LIST_LENGTH), (learner) => {
    const { index } = catalog;
    const row = catalog.rowOf(id);
    const { items, ...found } = inspectRow(
      index,
      ...lists.inputOf({ ...list(LIST_LENGTH), lang: options.lang }, learner, { shown }),
      row,
    );
    return {
      ...found,
      item: shown(index.items[row]),
      items: items.map(({ row: past, ...part }) => ({ ...part, item: shown(index.items[past]) })),
    };
  });
}
