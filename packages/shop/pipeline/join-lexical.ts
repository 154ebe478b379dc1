import {
  type FeatureTable,
  type Item,
  itemTexts,
  type LocaleContent,
  pickRows,
  setTap,
  type TextRecipe,
  tapOf,
  tapPart,
} from '../../../src/core/catalog';
import { listReader, littleEndian } from '../../../src/core/common/bytes';
import { nextTask } from '../../../src/core/common/tasks';
import type { WeightedText } from '../../../src/core/common/text';
import {
  encodeProjection,
  fitLexical,
  type JoinedText,
  joinedRow,
  type LexicalEncoder,
  lexicalTerms,
  lexicalVector,
} from '../../../src/core/encoders';
import { sampleRows } from './encode-modality';
import { type CacheFolder, FeatureCache, wordsKey } from './feature-cache';
import { type Meter, metered } from './meter';
import { textPrecision } from './neighbors';

/** Shares of the frozen encoder that are tried. */
const SHARES = [1, 0.65, 0.35, 0];
/**
 * Minimum gain in P@5 for leaving the first share that is tried: the text encoder's, if it reads the language. A smaller gain is
 * noise with some hundred products, and nobody sees it in a list.
 */
const NOTICEABLE = { read: 0.03, unread: 0.01 };
/** Maximum number of products by which content is judged, and the number from which the judgement counts. */
const [MAX_JUDGED, MIN_JUDGED] = [1200, 100];
/** Number of items between two updates of the meter, each of which lets the event loop run. */
const STEP = 500;

export interface LexicalTask {
  items: readonly Item[];
  /** Row of each product's first variant. */
  products: readonly number[];
  recipe: TextRecipe;
  /** Texts in further languages, whose words are added to the words of each item. */
  locales: readonly LocaleContent[];
  /** Rows of all items; the content tap of the text is replaced. */
  features: FeatureTable;
  /** Index of the content tap of the text. */
  contentTap: number;
  /** Whether the frozen encoder reads the catalogue's language. */
  reads: boolean;
  /** The previous bundle's, which is kept; null if that has no lexical encoder and this one gets none; undefined to fit one. */
  kept: JoinedText | null | undefined;
  cache: CacheFolder;
  meter: Meter;
}

/** Products by which content is judged, with content that does not include the words of their categories. */
interface ContentSample {
  features: FeatureTable;
  categories: string[];
}

/**
 * Joins the frozen text encoder with a lexical encoder where that tells the shop's categories apart better. The share of the
 * frozen encoder is the one with which the 5 nearest items agree most in category, judged without the words of the category
 * itself: those count only where the lexical encoder is used alone. With fewer than 100 products that have a category, the frozen
 * encoder keeps its content tap if it reads the language; if not, the lexical encoder replaces it.
 * @returns `joined`: null if the frozen encoder's own content tap is kept
 */
export async function joinLexical(task: LexicalTask) {
  const { items, products, features, kept, meter, reads } = task;
  const step = Math.max(1, Math.ceil(products.length / MAX_JUDGED));
  const judged = products.filter((_, n) => n % step === 0);
  const sampleWith = (encoder: LexicalEncoder | null, share: number): ContentSample => {
    const sample = { features: pickRows(features, judged), categories: judged.map((row) => items[row].category) };
    if (encoder)
      for (const [n, row] of judged.entries()) join(task, { encoder, share }, sample.features, n, row, false);
    return sample;
  };
  const decisive = judged.filter((row) => items[row].category !== '').length >= MIN_JUDGED;
  if (kept === null || (kept === undefined && reads && !decisive)) return { joined: null, sample: sampleWith(null, 1) };
  const { joined, sample } = kept
    ? { joined: kept, sample: sampleWith(kept.encoder, kept.share) }
    : await metered(meter, 'Word encoder', 1, async (advance) => {
        const found = await fitted(task, decisive, sampleWith);
        advance(1);
        return found;
      });
  if (joined) {
    await metered(meter, 'Word rows', items.length, (advance) => joinAll(task, joined, advance));
  }
  return { joined, sample };
}

/** Joins the rows of all items. Those that an earlier build joined come from the cache. */
async function joinAll(task: LexicalTask, joined: JoinedText, advance: (count: number) => void): Promise<void> {
  const { items, features, contentTap } = task;
  const encoder = encodeProjection({ lexical: joined });
  const cache = new FeatureCache(await task.cache('text-words.cache'), 4 + features.dim);
  try {
    const keyOf = wordsKey(encoder);
    for (let row = 0; row < items.length; row++) {
      const texts = textsOf(task, row, joined.share === 0);
      const { scale, values } = tapPart(features, 'text', contentTap, row);
      const key = keyOf(littleEndian(scale, values), JSON.stringify(texts));
      const known = cache.get(key);
      if (known) {
        const read = listReader(known);
        scale.set(read.floats(1));
        values.set(read.int8(features.dim));
      } else {
        join(task, joined, features, row, row, joined.share === 0);
        cache.add(key, littleEndian(scale, values));
      }
      if (row % STEP < STEP - 1 && row < items.length - 1) continue;
      advance((row % STEP) + 1);
      await nextTask();
    }
    cache.tidy();
  } finally {
    cache.close();
  }
}

/** Fits the lexical encoder and chooses its share. @param decisive whether enough products have a category to choose by */
async function fitted(
  task: LexicalTask,
  decisive: boolean,
  sampleWith: (encoder: LexicalEncoder | null, share: number) => ContentSample,
) {
  const { items, products, features, contentTap, reads } = task;
  const rows = sampleRows(products, (row) => items[row].id);
  const encoderOf = (categories: boolean): LexicalEncoder | null =>
    fitLexical(
      rows.map((row) => lexicalTerms(textsOf(task, row, categories))),
      features.dim,
    );
  const judging = encoderOf(false);
  let best: { share: number; sample: ContentSample; precision: number } | null = null;
  for (const share of judging ? (reads ? SHARES : SHARES.toReversed()) : [1]) {
    const sample = sampleWith(share < 1 ? judging : null, share);
    const precision = decisive ? await textPrecision(sample.features, contentTap, sample.categories) : 0;
    if (!best || precision > best.precision + NOTICEABLE[reads ? 'read' : 'unread'])
      best = { share, sample, precision };
  }
  const { share, sample } = best ?? { share: 1, sample: sampleWith(null, 1) };
  const encoder = share === 0 ? encoderOf(true) : judging;
  return { joined: encoder && share < 1 ? { share, encoder } : null, sample };
}

/** Replaces the content tap of the item in a row of the catalogue. @param at its row in the table */
function join(
  task: LexicalTask,
  { encoder, share }: JoinedText,
  table: FeatureTable,
  at: number,
  row: number,
  categories: boolean,
): void {
  const { contentTap } = task;
  const words = lexicalVector(encoder, lexicalTerms(textsOf(task, row, categories)));
  setTap(table, 'text', contentTap, at, joinedRow(tapOf(table, 'text', contentTap, at), words, share));
}

/** The texts of an item in all its languages. @param categories whether the names of its categories count */
function textsOf({ items, recipe, locales }: LexicalTask, row: number, categories: boolean): WeightedText[] {
  const inLanguages = locales.flatMap(({ texts }) => {
    const text = texts[row];
    return text ? [{ title: '', description: '', category: '', attributes: {}, ...text }] : [];
  });
  return [items[row], ...inLanguages].flatMap((item) => itemTexts(item, recipe, categories));
}
