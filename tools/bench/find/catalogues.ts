import { type Bundle, contentBlend, type Item } from '../../../src/core/catalog';
import type { BundleContent } from '../../../src/core/catalog/bundle/write-bundle';
import { seededRandom } from '../../../src/core/common/random';
import { Learner } from '../../../src/device/learner';
import {
  type CatalogIndex,
  catalogIndex,
  type RankState,
  rankFound,
  rulesOfFind,
  WordIndex,
} from '../../../src/device/ranking';
import { syntheticContent } from '../catalogs';

/** Number of different words in the synthetic texts, and of words of titles and descriptions. */
const [VOCABULARY, TITLE, DESCRIPTION] = [8000, 5, 40];

/** A synthetic catalogue whose texts have words as often as texts of languages do: the n-th word 1/n times as often as the first. */
export async function wordyContent(items: number): Promise<BundleContent> {
  const random = seededRandom(3);
  const syllables = [
    'ba',
    'ri',
    'ton',
    'sel',
    'mo',
    'kan',
    'ti',
    've',
    'lu',
    'der',
    'sha',
    'po',
    'nic',
    'fe',
    'gar',
    'wo',
  ];
  const word = (n: number): string => {
    const parts = [n % 16, (n >> 4) % 16, (n >> 8) % 16, (n >> 12) % 16].slice(0, n < 256 ? 2 : n < 4096 ? 3 : 4);
    return parts.map((at) => syllables[at]).join('');
  };
  const drawn = (): string => word(Math.floor(VOCABULARY ** random()) - 1);
  const text = (length: number): string => Array.from({ length }, drawn).join(' ');
  const content = await syntheticContent(items);
  const named = content.items.map((item) => ({
    ...item,
    title: text(TITLE),
    description: text(DESCRIPTION),
    category: item.category.replace(/\d+/g, (number) => word(Number(number))),
    attributes: { brand: text(1), tags: [text(1), text(1)] },
  }));
  return { ...content, items: named };
}

/** A catalogue that can be searched as in a page's worker. */
export interface Searchable {
  index: CatalogIndex;
  words: WordIndex;
}

/** @param popularity of each item. Default: the items' own */
export async function searchable(
  bundle: Bundle,
  popularity?: readonly number[],
): Promise<Searchable & { learner(): Learner }> {
  const items: Item[] = bundle.items.map((item, row) => (popularity ? { ...item, popularity: popularity[row] } : item));
  const { features: table, manifest } = bundle;
  const blend = contentBlend(manifest);
  const index = catalogIndex(items, table, blend);
  const words = new WordIndex(manifest.language ?? '');
  await words.update(items, (item) => item);
  return { index, words, learner: () => new Learner({ index, table, blend }) };
}

/** Rows that a query finds for a shopper, the best first. @param taste weight of the shopper's taste. Default: as in a page */
export function rowsFound(
  { index, words }: Searchable,
  state: RankState,
  text: string,
  limit: number,
  taste?: number,
): number[] {
  const request = {
    placement: 'for-you',
    row: null,
    limit,
    exclude: new Set<number>(),
    rules: rulesOfFind({}),
  } as const;
  const ranked = rankFound(index, state, request, (admits) => {
    const { scores } = words.search(text, index.items, admits);
    return { scores, by: 'words', source: 'words', reason: { kind: 'none' }, taste };
  });
  return ranked.map(({ row }) => row);
}
