import * as v from 'valibot';
import { MANIFEST_FILE } from '../../core/catalog';
import { studioFolder } from '../files/opfs';
import { storedLearned, storedLog } from '../learn/stored';
import type { StudioState } from '../session';

/** Incremented when reports change: those of another version are dropped; encoded products are not. */
const VERSION = 1;
const FILE = 'state.json';

/** The parts of the state that the build worker owns. */
interface BuildState extends Pick<StudioState, 'catalog' | 'pictures' | 'bundle'> {
  /** Name of the folder with the files of the catalogue; null without a catalogue. */
  catalogFolder: string | null;
}

const EMPTY: BuildState = { catalog: null, catalogFolder: null, pictures: null, bundle: null };

const reportOf = <T>() => v.nullable(v.custom<T>((value) => typeof value === 'object'));
const schema = v.strictObject({
  version: v.literal(VERSION),
  catalog: reportOf<NonNullable<BuildState['catalog']>>(),
  catalogFolder: v.nullable(v.string()),
  pictures: reportOf<NonNullable<BuildState['pictures']>>(),
  bundle: reportOf<NonNullable<BuildState['bundle']>>(),
});

/** The state of the build. Parts whose files the browser has deleted count as missing. */
export async function buildState(): Promise<BuildState> {
  const file = await (await studioFolder('cache')).file(FILE);
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), file ? await file.text() : '');
  if (!read.success) return EMPTY;
  const { version: _, ...state } = read.output;
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
  const text = JSON.stringify({ version: VERSION, ...(await buildState()), ...change });
  await (await studioFolder('cache')).write(FILE, new TextEncoder().encode(text));
  return storedState();
}
