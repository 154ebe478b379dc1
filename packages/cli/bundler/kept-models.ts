import {
  addLearned,
  contentBlend,
  contentVectors,
  encodeManifest,
  keepLearned,
  MANIFEST_FILE,
  type Manifest,
  openBundle,
  pickRows,
} from '../../../src/core/catalog';
import { SidestreamError } from '../../../src/error';
import { folderFetch, folderSink } from './folder-bundle';

/**
 * Adds the further side models of the previous bundle to the one that replaced it: known items keep their vectors, and new ones are
 * placed by their content, as in the bundle's own. One that cannot be kept is reported to `say` and left out.
 * @returns the manifest as stored
 */
export async function keepModels(
  manifest: Manifest,
  previous: Manifest,
  out: string,
  say: (line: string) => void,
): Promise<Manifest> {
  let kept = manifest;
  const fetchFile = folderFetch(out);
  const replaced = async (name: string) =>
    name === MANIFEST_FILE ? new Response(encodeManifest(previous).slice()) : fetchFile(name);
  for (const name of Object.keys(previous.models ?? {})) {
    try {
      const bundle = await openBundle(fetchFile);
      const before = await openBundle(replaced, name);
      const blend = contentBlend(bundle.manifest);
      const learned = await keepLearned(before, bundle.items, (rows) =>
        contentVectors(pickRows(bundle.features, [...rows]), blend),
      );
      kept = await addLearned(bundle, learned, await folderSink(out), undefined, name);
    } catch (thrown) {
      const { code, message } = SidestreamError.from(thrown);
      say(`The side model "${name}" was not kept (${code}): ${message} Train it again with --as ${name}.`);
    }
  }
  return kept;
}
