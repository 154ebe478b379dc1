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
import { folderFetch } from './folder-bundle';

/** A bundle that a build takes the place of. */
export interface PreviousBundle extends Predecessor {
  /** How the features of its base model were projected; empty where the next build is free to fit them anew. */
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
 *
 * Axes fitted to the new catalogue would be others, and a base model knows only the ones that it was trained on: as long
 * as there is one, the next build uses its projections.
 */
export async function previousBundle(
  folder: string,
  recipe: FeatureRecipe,
  say: (line: string) => void,
): Promise<PreviousBundle | null> {
  if (!existsSync(join(folder, MANIFEST_FILE))) return null;
  try {
    const { manifest, items, clusters, projection } = await openBundle(folderFetch(folder));
    const fixed = manifest.base !== undefined && madeAs(manifest, recipe);
    return { manifest, items, clusters, projections: fixed ? fitted(decodeProjection(await projection())) : {} };
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
