// Answers for the inspector. Only pages with an inspector load this code.

import * as v from 'valibot';
import { categoryPaths, type Item } from '../../../core/catalog';
import { counted } from '../../../core/common/grouped';
import { itemIdSchema } from '../../../core/events';
import { profileFiles } from '../../learner';
import { type InspectionAnswers, parsed, type Ranks, recommendSchema } from '../../protocol';
import { influences, inspectRow, listWithout, rank } from '../../ranking';
import { type Call, takes } from '../call';
import type { Catalog } from '../catalog/catalog';
import { unknownSnapshot } from '../device/device';
import type { ActiveLearner } from '../shopper/turns';
import { listed } from './lists';

type Needs = Pick<Call, 'catalog' | 'device' | 'lists' | 'options' | 'shopper'>;

const LIST_LENGTH = 20;
const COMPARED_LENGTH = 10;
const MAX_PRODUCTS = 12;
const MAX_CATEGORIES = 8;
/** Number of choices that count as the last ones. */
const LATELY = 8;

const questionSchema = v.picklist(
  ['profile', 'snapshot', 'item', 'lists', 'device'] satisfies (keyof InspectionAnswers)[],
  'status.inspect() answers profile, snapshot, item, lists and device',
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
  lists: compareLists,
  device: reportDevice,
};

export const inspect = takes(
  'status.inspect()',
  [['question', questionSchema], v.unknown()],
  async (needs: Needs, question, about): Promise<InspectionAnswers[keyof InspectionAnswers]> =>
    ANSWERS[question](needs, about),
);

/** How to show items in the language of the page, and how to find them by id. */
async function shownIn(catalog: Catalog) {
  const shown = await catalog.shown();
  const itemOf = (id: string): Item | null => {
    const item = catalog.find(id);
    return item && shown(item);
  };
  return { shown, itemOf };
}

async function inspectProfile({ catalog, lists }: Needs) {
  const { shown, itemOf } = await shownIn(catalog);
  return lists.withLearner([], list(LIST_LENGTH), (learner) => {
    const { index } = catalog;
    const journal = learner.journal ?? { choices: [], points: [], removed: [] };
    const itemAt = (row: number): Item => shown(index.items[row]);
    const choices = journal.choices.map(({ item, ranks, ...choice }) => ({
      ...choice,
      item: itemOf(item),
      ranks: ranks && { own: ranks[0], popularity: ranks[1], content: ranks[2] },
    }));
    const { rows } = learner.history;
    const parted = rows.length > 0 ? influences(index, ...lists.inputOf(list(LIST_LENGTH), learner)) : [];
    return {
      products: parted.slice(0, MAX_PRODUCTS).map(({ row, part }) => ({ item: itemAt(row), part })),
      categories: categoriesOf(rows.slice(-LATELY).map((row) => itemAt(row).category)),
      experts: expertsOf(learner, journal.removed, itemAt, itemOf),
      adapters: learner.adapted,
      choices,
      points: journal.points,
      record: summaryOf(choices.flatMap(({ ranks }) => ranks ?? [])),
    };
  });
}

/** The current experts with their choices, then the removed experts. */
function expertsOf(
  learner: ActiveLearner,
  removed: NonNullable<ActiveLearner['journal']>['removed'],
  itemAt: (row: number) => Item,
  itemOf: (id: string) => Item | null,
) {
  const parts = learner.contributionsOf(0);
  const present = learner.status.experts.map(({ id, state, born, choices, share }) => ({
    id,
    state,
    born,
    choices,
    share,
    removed: null,
    from: (parts.find((part) => part.id === id)?.choices ?? [])
      .toReversed()
      .map(({ row, time }) => ({ item: itemAt(row), time })),
  }));
  const gone = removed.toReversed().map(({ id, born, removed: end, choices, chosen }) => ({
    id,
    born,
    choices,
    removed: end,
    state: 'removed' as const,
    share: 0,
    from: chosen.toReversed().flatMap(({ item, time }) => {
      const found = itemOf(item);
      return found ? [{ item: found, time }] : [];
    }),
  }));
  return [...present, ...gone];
}

export function categoriesOf(choices: readonly string[]) {
  return [...counted(choices.flatMap(categoryPaths))]
    .map(([name, count]) => ({ name, share: count / choices.length }))
    .sort((a, b) => b.share - a.share || a.name.localeCompare(b.name))
    .slice(0, MAX_CATEGORIES);
}

export function summaryOf(ranks: readonly Ranks[]) {
  const mean = (name: keyof Ranks): number =>
    Math.exp(ranks.reduce((sum, one) => sum + Math.log(one[name]), 0) / ranks.length);
  return {
    choices: ranks.length,
    mean: ranks.length === 0 ? null : { own: mean('own'), popularity: mean('popularity'), content: mean('content') },
  };
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
  const { shown } = await shownIn(catalog);
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

async function compareLists({ catalog, lists }: Needs) {
  const { shown } = await shownIn(catalog);
  return lists.withLearner([], list(LIST_LENGTH), (learner) => {
    const { index } = catalog;
    const [state, request] = lists.inputOf(list(COMPARED_LENGTH), learner, { shown });
    const shownList = { index, shown };
    return {
      own: listed(shownList, rank(index, state, request)),
      without: listed(shownList, listWithout(index, state, request)),
    };
  });
}

async function reportDevice({ shopper, device }: Needs) {
  const profile = shopper.complete ? await shopper.turns.run(({ learner }) => learner.save()) : null;
  return {
    profile: profile ? (await (await profileFiles()).encodeProfile(profile)).length : 0,
    inMemory: device.inMemory,
  };
}
