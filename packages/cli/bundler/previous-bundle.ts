import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  type Item,
  MANIFEST_FILE,
  type Manifest,
  MODALITIES,
  type Modality,
  openBundle,
  type Predecessor,
  type TextRecipe,
} from '../../../src/core/catalog';
import { counted } from '../../../src/core/common/text';
import { decodeProjection, type Projections } from '../../../src/core/encoders';
import { SidestreamError } from '../../../src/error';
import { type CollectedFeed, SAMPLE, shareProjection } from '../../shop/pipeline';
import { folderFetch, readManifest } from './folder-bundle';

export interface PreviousBundle extends Predecessor {
  /** How its features were projected; empty if the next build uses different inputs or encoders. */
  projections: Projections;
}

interface FeatureRecipe {
  text: TextRecipe;
  dim: number;
  digests: Record<Modality, string>;
}

/**
 * The bundle in a folder. One that cannot be read is reported to `say` and treated as missing.
 * @param read what an earlier call returned, which is returned again if the bundle is still the same
 */
export async function previousBundle(
  folder: string,
  recipe: FeatureRecipe,
  say: (line: string) => void,
  read: PreviousBundle | null = null,
): Promise<PreviousBundle | null> {
  if (!existsSync(join(folder, MANIFEST_FILE))) return null;
  try {
    if (read && isDeepStrictEqual(await readManifest(folder), read.manifest)) return read;
    const stored = new Map<string, number>();
    const bundle = await openBundle(async (name) => {
      const response = await folderFetch(folder)(name);
      stored.set(name, Number(response.headers.get('content-length')));
      return response;
    });
    const { manifest, projection, positions, shardOf, cooccurrence, demand, side } = bundle;
    const projections = madeAs(manifest, recipe) ? fitted(decodeProjection(await projection())) : {};
    const items = bundle.items.map(({ id, group }) => ({ id, group }));
    return { manifest, items, positions, shardOf, cooccurrence, demand, side, projections, stored };
  } catch (thrown) {
    const { code, message } = SidestreamError.from(thrown);
    say(`Nothing was kept of the bundle that was in ${folder} (${code}): ${message}`);
    return null;
  }
}

/**
 * Checks that a feed has at least half of the items of the bundle that it replaces: one in a wrong encoding or format would
 * otherwise empty a shop.
 * @param most line about the most frequent refusal; null without any
 * @throws SidestreamError `catalog/shrunk` if not
 */
export function requireKept(
  { items }: PreviousBundle,
  feed: Pick<CollectedFeed, 'items' | 'rejectedRows' | 'unpublished'>,
  { out, catalog, most }: { out: string; catalog: string; most: string | null },
): void {
  const given = new Set(feed.items.map(({ id }) => id));
  const gone = items.filter(({ id }) => !given.has(id)).length;
  if (2 * gone <= items.length) return;
  const refused = most ? ` Refused: ${counted(feed.rejectedRows, 'row')}, most often: ${most}.` : '';
  const hidden = feed.unpublished > 0 ? ` Left out as not published: ${counted(feed.unpublished, 'product')}.` : '';
  throw new SidestreamError(
    'catalog/shrunk',
    `${catalog} lacks ${gone} of the ${counted(items.length, 'item')} of the bundle in ${out}, more than half. The bundle stays as it is.${refused}${hidden} Correct the feed, its --encoding or its --mapping; if these products are really gone, add --allow-shrink.`,
  );
}

/** Notes on the trained data and the texts of the previous bundle, a line for each. @param items of the new bundle */
export function carriedOver(
  { manifest: before, items: old }: Predecessor,
  after: Manifest,
  items: readonly Pick<Item, 'id'>[],
): string[] {
  const ids = new Set(old.map(({ id }) => id));
  const known = items.filter(({ id }) => ids.has(id)).length;
  const trained = before.companions || before.side || before.demand;
  const changes = [
    ...(items.length > known
      ? [
          `${counted(items.length - known, 'new product')} ${after.side ? 'placed by content' : 'without it'} until the next training`,
        ]
      : []),
    ...(old.length > known ? [`${counted(old.length - known, 'product')} no longer in the feed dropped`] : []),
  ];
  const locales = Object.keys(before.locales ?? {}).filter((tag) => !after.locales?.[tag]);
  return [
    ...(trained && changes.length > 0
      ? [`Trained data kept for ${counted(known, 'product')}; ${changes.join('; ')}.`]
      : []),
    ...locales.map((tag) => `Left out the texts in ${tag}, for which this build has no feed: --locale ${tag}=<feed>.`),
  ];
}

/**
 * The projections that the next build keeps. Fitting them again would change every feature of every item, so they are kept unless
 * they were fitted to fewer items than a sample and the catalogue has more than doubled since.
 */
export async function keptProjections(
  { manifest, projections }: Pick<PreviousBundle, 'manifest' | 'projections'>,
  rows: Record<Modality, number>,
  fitted: (projection: string) => number | undefined,
): Promise<Projections> {
  const kept: Projections = {};
  for (const modality of MODALITIES) {
    const projection = projections[modality];
    if (!projection) continue;
    const { digest } = await shareProjection(modality, projection);
    const of = fitted(digest) ?? manifest.count;
    if (of >= SAMPLE || rows[modality] <= 2 * of) kept[modality] = projection;
  }
  return kept;
}

const madeAs = (manifest: Manifest, { text, dim, digests }: FeatureRecipe): boolean =>
  manifest.text === text &&
  manifest.dim === dim &&
  MODALITIES.every((modality) => manifest.modalities[modality].digest === digests[modality]);

/** Drops the all-zero projections of a modality that no item had. */
function fitted({ text, image, lexical }: Projections): Projections {
  const isFitted = (projection: Projections['text']): boolean =>
    projection?.taps.some(({ matrix }) => matrix.some((value) => value !== 0)) ?? false;
  return {
    ...(isFitted(text) ? { text } : {}),
    ...(isFitted(image) ? { image } : {}),
    ...(lexical ? { lexical } : {}),
  };
}
