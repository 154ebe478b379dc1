import * as v from 'valibot';
import { MANIFEST_FILE } from '../../../src/core/catalog';
import { studioFolder } from '../files/opfs';
import { parsed, REPORTS_VERSION, reportOf, storedLearned, storedLog } from '../learn/stored';
import type { BundleReport, CatalogReport, PicturesReport, StudioState } from '../session';

const FILE = 'state.json';

/** The parts of the state that the build worker owns. */
type BuildState = Omit<v.InferOutput<typeof schema>, 'version'>;

const EMPTY: BuildState = { catalog: null, catalogFolder: null, pictures: null, bundle: null };

const schema = v.strictObject({
  version: v.literal(REPORTS_VERSION),
  catalog: v.nullable(reportOf<CatalogReport>()),
  /** Name of the folder with the files of the catalogue; null without a catalogue. */
  catalogFolder: v.nullable(v.string()),
  pictures: v.nullable(reportOf<PicturesReport>()),
  bundle: v.nullable(reportOf<BundleReport>()),
});

/** The state of the build. Parts whose files the browser has deleted count as missing. */
export async function buildState(): Promise<BuildState> {
  const kept = await parsed(schema, await (await studioFolder('cache')).file(FILE));
  if (!kept) return EMPTY;
  const { version: _, ...state } = kept;
  const names = await (await studioFolder('catalog')).names();
  if (!names.some((name) => name.startsWith(`${state.catalogFolder}/`))) return EMPTY;
  const isBuilt = (await (await studioFolder('bundle')).file(MANIFEST_FILE)) !== null;
  return isBuilt ? state : { ...state, bundle: null };
}

/** Everything that Studio keeps in this browser. */
export async function storedState(): Promise<StudioState> {
  const { catalogFolder: _, ...built } = await buildState();
  return { ...built, log: await storedLog(), learned: await storedLearned() };
}

/** Changes the state of the build. @returns everything that Studio keeps */
export async function changeState(change: Partial<BuildState>): Promise<StudioState> {
  const text = JSON.stringify({ version: REPORTS_VERSION, ...(await buildState()), ...change });
  await (await studioFolder('cache')).write(FILE, new TextEncoder().encode(text));
  return storedState();
}
