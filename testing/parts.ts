import { type Item, openBundle, openHead } from '../src/core/catalog';
import { seededRandom } from '../src/core/common/random';
import type { Engine } from '../src/device/worker/engine';
import type { ServedShop } from './served-shop';

/** How a small catalogue is written so that pages load a part of it. */
export const IN_PARTS = { whole: false, shardItems: 16 };

/** The items of a shop that its head does not have, in the order of the feed. */
export async function outsideOf({ bundle }: ServedShop): Promise<Item[]> {
  const { head } = await openHead(bundle);
  const first = new Set(head.items.map(({ id }) => id));
  return (await openBundle(bundle)).items.filter(({ id }) => !first.has(id));
}

/** The content with a description of many different words for each item, of which a head of limited bytes has few. */
export function described<Content extends { items: Item[] }>(content: Content): Content {
  const random = seededRandom(1);
  const word = (): string => Math.floor(random() * 2 ** 32).toString(36);
  const items = content.items.map((item) => ({ ...item, description: Array.from({ length: 90 }, word).join(' ') }));
  return { ...content, items };
}

export const shardsOf = (names: readonly string[]): string[] => names.filter((name) => name.startsWith('shard-'));

export async function clickAll(engine: Engine, items: readonly Item[]): Promise<void> {
  for (const { id } of items) await engine.track('click', id, {});
  await engine.settled();
}

export const idsOf = async (engine: Engine, request = {}): Promise<string[]> =>
  (await engine.recommend(request)).items.map(({ item }) => item.id);
