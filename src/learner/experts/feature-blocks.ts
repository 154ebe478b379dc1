import type { GradientMap } from '../../catalog';
import {
  ATTRIBUTE_WEIGHT,
  type BaseSignal,
  type CatalogIndex,
  categoryBlock,
  contentBlock,
  embeddingBlock,
  type FeatureBlock,
  featureBlock,
  NUMBER_RBFS,
  numberRbf,
} from '../../ranking';

/** Features of every item as an expert reads them. */
export interface ReadoutBlock extends FeatureBlock {
  /**
   * What stored coefficients fit: the name, and for what was learned from logs the file that it came from, as the columns mean
   * something else in every other one.
   */
  key: string;
  /** Learning rate of its read-out: step on one choice of strength 1. */
  rate: number;
  /** Factor of each column when scores are read out, [width]. Learning does not depend on it. */
  readoutScale: Float32Array;
}

/** Feature blocks over the same items. */
export interface FeatureBlocks {
  count: number;
  blocks: ReadoutBlock[];
  /** Over the columns of these blocks. Default: none. */
  map?: GradientMap;
}

/** Learning rate of the read-outs of each kind of block. */
const RATES = {
  content: 0.5,
  place: 0.5,
  categories: 1,
  numbers: 0.5,
  embedding: 0.25,
  cooccurrence: 1,
  users: 1,
} as const;
type Kind = keyof typeof RATES;
/** That of the catalog order where the shop has no base model. */
const PLACE_RATE_ALONE = 1;

/** Blocks that are read from the bundle after the first list: their stored coefficients wait for them. */
const LATE_BLOCKS: readonly Kind[] = ['embedding', 'cooccurrence', 'users'];

/**
 * Whether stored coefficients wait for a block that may come later.
 * @param key of the block that they fit
 * @param present keys of the blocks that are there: once its kind is, a block of another file never comes
 */
export function mayComeLater(key: string, present: readonly string[]): boolean {
  const kind = LATE_BLOCKS.find((late) => key.startsWith(`${late} `));
  return kind !== undefined && !present.some((other) => other.startsWith(`${kind} `));
}

/**
 * Readout scale of the text of an item, relative to its picture, where the shop has no base model. A base model has
 * learned how to weigh the two, so that it has no effect there.
 */
const TEXT_SCALE = 2.56;
/** Digits of a digest in the key of a block: enough to tell a shop's files apart. */
const DIGEST_LENGTH = 12;
/** Radial basis functions over the catalog order. */
const ORDER_RBFS = 24;

/**
 * Features that the experts read, at the bundle's own prices (see `CatalogIndex.updateFeatures`): content, catalog order,
 * categories, numeric attributes and, where there are any, the base model's embedding of the items and latent factors. The map that comes with the factors is left out while it is about
 * other columns, as those of a base model that is not loaded yet.
 */
export function featureBlocks(index: CatalogIndex, base: BaseSignal | null): FeatureBlocks {
  const { count, width } = index.content;
  const content = readable('content', contentBlock(index));
  // The first half of a content vector is text.
  if (!base) content.readoutScale.fill(TEXT_SCALE, 0, width / 2);
  const blocks = [content, ...attributeBlocks(index, base ? RATES.place : PLACE_RATE_ALONE)];
  if (base) blocks.push(readable('embedding', embeddingBlock(base.width, base.items), base.digest));
  for (const { name, width: factors, values } of index.factors?.blocks ?? []) {
    blocks.push(readable(name, featureBlock(name, factors, values, count, 1), index.factors?.digest));
  }
  const map = index.factors?.map;
  const { variants } = index;
  const weighed = variants ? blocks.map((block) => ({ ...block, ...variants.weigh(block) })) : blocks;
  return { count, blocks: weighed, ...(map && fits(map, blocks) ? { map } : {}) };
}

const fits = (map: GradientMap, blocks: readonly ReadoutBlock[]): boolean =>
  map.blocks.length === blocks.length &&
  map.blocks.every(({ name, width }, n) => name === blocks[n].name && width === blocks[n].width);

function attributeBlocks(index: CatalogIndex, placeRate: number): ReadoutBlock[] {
  const { count } = index.content;
  const attribute = (kind: Kind, subject: string, width: number, values: Float32Array): ReadoutBlock =>
    readable(kind, featureBlock(subject, width, values, count, ATTRIBUTE_WEIGHT));
  const categories = categoryBlock(index);
  return [
    // Stored profiles call the catalog order `place`.
    { ...attribute('place', 'place', ORDER_RBFS, orderRbf(count)), rate: placeRate },
    ...(categories ? [readable('categories', categories)] : []),
    ...(index.ownNumbers ?? index.numbers).map(({ name, values }) =>
      attribute('numbers', name, NUMBER_RBFS, numberRbf(values)),
    ),
  ];
}

/** @param digest of the file that the block comes from; default: of none */
const readable = (kind: Kind, block: FeatureBlock, digest = ''): ReadoutBlock => ({
  ...block,
  key: digest ? `${block.name} ${digest.slice(0, DIGEST_LENGTH)}` : block.name,
  rate: RATES[kind],
  readoutScale: new Float32Array(block.width).fill(1),
});

function orderRbf(count: number): Float32Array {
  const rbf = new Float32Array(count * ORDER_RBFS);
  for (let row = 0; row < count; row++) {
    for (let n = 0; n < ORDER_RBFS; n++) {
      rbf[row * ORDER_RBFS + n] = Math.exp(-(((row * ORDER_RBFS) / count - n) ** 2) / 2);
    }
  }
  return rbf;
}
