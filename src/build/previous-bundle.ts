import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  MANIFEST_FILE,
  type Manifest,
  MODALITIES,
  type Modality,
  openBundle,
  type Predecessor,
  type TextRecipe,
} from '../catalog';
import { decodeProjection, type Projections } from '../encoders';
import { SidestreamError } from '../error';
import { shareProjection } from './chunk';
import { SAMPLE } from './encode-modality';
import { folderFetch } from './folder-bundle';

/** A bundle that a build takes the place of. */
export interface PreviousBundle extends Predecessor {
  /** How its features were projected; empty where the next build makes them from something else. */
  projections: Projections;
}

/** How features are to be made. */
interface FeatureRecipe {
  text: TextRecipe;
  /** Width D of every projected tap. */
  dim: number;
  /** Digests of the encoders' ONNX files. */
  digests: Record<Modality, string>;
}

/**
 * The bundle in a folder; null where there is none. One that cannot be read counts as none, which `say` is told.
 */
export async function previousBundle(
  folder: string,
  recipe: FeatureRecipe,
  say: (line: string) => void,
): Promise<PreviousBundle | null> {
  if (!existsSync(join(folder, MANIFEST_FILE))) return null;
  try {
    const { manifest, items, clusters, projection } = await openBundle(folderFetch(folder));
    const projections = madeAs(manifest, recipe) ? fitted(decodeProjection(await projection())) : {};
    return { manifest, items, clusters, projections };
  } catch (thrown) {
    const { code, message } = SidestreamError.from(thrown);
    say(`Nothing was kept of the bundle that was in ${folder} (${code}): ${message}`);
    return null;
  }
}

/** What the next bundle could not keep, in one line; null when it kept all. */
export function leftOut(before: Manifest, after: Manifest): string | null {
  const lost = [
    ...(before.base && !after.base ? ['the base model (it was trained on other features)'] : []),
    ...(before.companions && !after.companions ? ['the companions (the items or their order changed)'] : []),
  ];
  return lost.length > 0 ? `Left out, as it fits no longer: ${lost.join(', ')}. Train again: sidestream train` : null;
}

/**
 * The projections that the next build goes on with. Axes fitted anew would be others: every feature of every item would
 * change, and a base model knows only the axes that it was trained on. So they stay, unless there is no base model and
 * the catalogue has more than doubled since they were fitted to one smaller than a sample.
 * @param rows items that have the modality, in the next bundle
 * @param fitted items that a projection was fitted to; undefined where nobody knows
 */
export async function keptProjections(
  { manifest, projections }: PreviousBundle,
  rows: Record<Modality, number>,
  fitted: (projection: string) => number | undefined,
): Promise<Projections> {
  const kept: Projections = {};
  for (const modality of MODALITIES) {
    const projection = projections[modality];
    if (!projection) continue;
    const { digest } = await shareProjection(modality, projection);
    const of = fitted(digest) ?? manifest.count;
    if (manifest.base || of >= SAMPLE || rows[modality] <= 2 * of) kept[modality] = projection;
  }
  return kept;
}

const madeAs = (manifest: Manifest, { text, dim, digests }: FeatureRecipe): boolean =>
  manifest.text === text &&
  manifest.dim === dim &&
  MODALITIES.every((modality) => manifest.modalities[modality].digest === digests[modality]);

/** Without those of a modality that no item had: they make zeros of everything. */
function fitted({ text, image }: Projections): Projections {
  const says = (projection: Projections['text']): boolean =>
    projection?.taps.some(({ matrix }) => matrix.some((value) => value !== 0)) ?? false;
  return { ...(says(text) ? { text } : {}), ...(says(image) ? { image } : {}) };
}
