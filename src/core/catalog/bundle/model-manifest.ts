import { type FetchFile, fetchChecked, invalidBundle } from './bundle-file';
import { parseManifest } from './manifest-file';
import { type BundleFile, MANIFEST_FILE, type Manifest } from './manifest-schema';

/** The manifest of a bundle with one of its further side models. @throws SidestreamError `bundle/*` */
export async function modelManifest(manifest: Manifest, model: string, fetchFile: FetchFile): Promise<Manifest> {
  const { offers, rules } = manifest;
  return { ...parseManifest(await fetchChecked(fetchFile, requireModel(manifest, model))), offers, rules };
}

/** @throws SidestreamError `bundle/invalid` if a bundle lacks this further side model */
export function requireModel({ models = {} }: Manifest, model: string): BundleFile {
  if (Object.hasOwn(models, model)) return models[model];
  throw invalidBundle(MANIFEST_FILE, `has no side model "${model}"`);
}
