// Answers for the inspector. Only pages with an inspector load this code.

import * as v from 'valibot';
import { categoryPaths, type Item } from '../../../core/catalog';
import { counted } from '../../../core/common/grouped';
import { itemIdSchema } from '../../../core/events';
import { profileFiles } from '../../learner';
import {
  type EngineOptions,
  type InspectionAnswers,
  parsed,
  type RankGain,
  type Ranks,
  recommendSchema,
  type Snapshot,
} from '../../protocol';
import { influences, inspectRow, listWithout, rank } from '../../ranking';
import { eventSize } from '../../store';
import { takes } from '../call';
import type { Catalog } from '../catalog/catalog';
import { type Device, unknownSnapshot } from '../device/device';
import { loadedFiles } from '../operation';
import type { Shopper } from '../shopper/shopper';
import type { ActiveLearner } from '../shopper/turns';
import { type Lists, listed } from './lists';

interface Needs {
  options: Pick<EngineOptions, 'lang'>;
  device: Device;
  catalog: Catalog;
  shopper: Shopper;
  lists: Lists;
}

const LIST_LENGTH = 20;
const COMPARED_LENGTH = 10;
const MAX_PRODUCTS = 12;
const MAX_CATEGORIES = 8;
/** Number of choices that count as the last ones. */
const LATELY = 8;
/** Quantile of the normal distribution for a two-sided interval of 95 %. */
const Z = 1.96;

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

async function inspectProfile(needs: Needs) {
  const { catalog, lists, device } = needs;
  const snapshots = await device.reading((store) => store.snapshots());
  const earlier = await earlierStates(needs, snapshots);
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
      categories: categoriesOf(
        rows.slice(-LATELY).map((row) => itemAt(row).category),
        index.items.map((item) => shown(item).category),
      ),
      experts: expertsOf(learner, journal.removed, itemAt, itemOf).map((one) => ({
        ...one,
        earlier: earlier.get(one.id) ?? null,
      })),
      adapters: learner.adapted,
      choices,
      points: journal.points,
      record: summaryOf(
        choices.flatMap(({ ranks }) => ranks ?? []),
        index.items.length,
      ),
      snapshots,
    };
  });
}

/** The newest snapshot in which each expert had learned fewer choices, by the expert's id. Snapshots that cannot be read are left out. */
async function earlierStates({ shopper, device }: Needs, snapshots: readonly Snapshot[]) {
  const { expertIn, readProfile } = await profileFiles();
  const { experts } = await shopper.turns.run(({ learner }) => learner.save());
  const kept = experts.members.filter(({ kind }) => kind !== 'candidate');
  const found = new Map<number, Snapshot>();
  for (const snapshot of snapshots.toReversed()) {
    if (found.size === kept.length) break;
    const stored = await device.reading((store) => store.snapshotProfile(snapshot.id));
    const profile = await readProfile(stored).catch(() => null);
    for (const member of profile ? kept : []) {
      const before = profile && expertIn(member, profile);
      if (before && before.choices < member.expert.choices && !found.has(member.id)) found.set(member.id, snapshot);
    }
  }
  return found;
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

export function categoriesOf(choices: readonly string[], all: readonly string[]) {
  const shares = (categories: readonly string[]): Map<string, number> => {
    const sums = counted(categories.flatMap(categoryPaths));
    return new Map([...sums].map(([name, sum]) => [name, sum / categories.length]));
  };
  const usual = shares(all);
  return [...shares(choices)]
    .map(([name, share]) => ({ name, share, usual: usual.get(name) ?? 0 }))
    .sort((a, b) => b.share - a.share || a.name.localeCompare(b.name))
    .slice(0, MAX_CATEGORIES);
}

/** @param of items of the catalogue */
export function summaryOf(ranks: readonly Ranks[], of: number) {
  const mean = (name: keyof Ranks): number =>
    Math.exp(ranks.reduce((sum, one) => sum + Math.log(one[name]), 0) / ranks.length);
  return {
    choices: ranks.length,
    of,
    mean: ranks.length === 0 ? null : { own: mean('own'), popularity: mean('popularity'), content: mean('content') },
    against: ranks.length < 2 ? null : { popularity: gainOf(ranks, 'popularity'), content: gainOf(ranks, 'content') },
  };
}

function gainOf(ranks: readonly Ranks[], other: 'popularity' | 'content'): RankGain {
  const gains = ranks.map((one) => Math.log(one[other] / one.own));
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  const variance = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0) / (gains.length - 1);
  const error = Math.sqrt(variance / gains.length);
  return {
    factor: Math.exp(mean),
    range: [Math.exp(mean - Z * error), Math.exp(mean + Z * error)],
    better: gains.filter((gain) => gain > 0).length,
    worse: gains.filter((gain) => gain < 0).length,
  };
}

async function inspectSnapshot({ lists, shopper, device, catalog }: Needs, id: number) {
  const snapshot = (await device.reading((store) => store.snapshots())).find((one) => one.id === id);
  const stored = snapshot && (await device.reading((store) => store.snapshotProfile(id)));
  if (!snapshot || !stored) throw unknownSnapshot(id);
  const profile = await (await profileFiles()).readProfile(stored);
  const idsOf = (learner: ActiveLearner): string[] =>
    rank(catalog.index, ...lists.inputOf(list(LIST_LENGTH), learner)).map(({ row }) => catalog.index.items[row].id);
  const now = await lists.withLearner([], list(LIST_LENGTH), idsOf);
  const earlier = await shopper.turns.beside(profile, idsOf);
  const { itemOf } = await shownIn(catalog);
  return { snapshot, ...placeChanges(now, earlier, itemOf) };
}

/** The changes from one list to another. @param now ids in order @param earlier ids of the other list in order */
export function placeChanges(now: readonly string[], earlier: readonly string[], itemOf: (id: string) => Item | null) {
  const placeOf = (ids: readonly string[], id: string): number | null =>
    ids.includes(id) ? ids.indexOf(id) + 1 : null;
  const items = [...earlier, ...now.filter((id) => !earlier.includes(id))].flatMap((id) => {
    const item = itemOf(id);
    return item ? [{ item, now: placeOf(now, id), earlier: placeOf(earlier, id) }] : [];
  });
  return {
    items,
    added: items.filter((one) => one.now === null).length,
    left: items.filter((one) => one.earlier === null).length,
    moved: items.filter((one) => one.now !== null && one.earlier !== null && one.now !== one.earlier).length,
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

async function reportDevice({ catalog, shopper, device }: Needs) {
  const [events, profile] = [
    await device.eventsAfter(0),
    shopper.complete ? await shopper.turns.run(({ learner }) => learner.save()) : null,
  ];
  const { values, scales } = catalog.table;
  return {
    features: values.byteLength + scales.byteLength,
    heap: heapOf(performance),
    profile: profile ? (await (await profileFiles()).encodeProfile(profile)).length : 0,
    log: { events: events.length, bytes: events.reduce((sum, event) => sum + eventSize(event), 0) },
    inMemory: device.inMemory,
    loaded: loadedFiles(),
  };
}

/** Only Chromium reports the size of the heap. */
function heapOf(of: object): number | null {
  const { memory } = of as { memory?: { usedJSHeapSize?: unknown } };
  return typeof memory?.usedJSHeapSize === 'number' ? memory.usedJSHeapSize : null;
}
