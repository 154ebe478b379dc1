import * as v from 'valibot';
import { MANIFEST_FILE } from '../../core/catalog';
import { studioFolder } from '../files/opfs';
import { storedLearned, storedLog } from '../learn/stored';
import type { StudioState } from '../session';

/** Incremented when reports change: those of another version are dropped, but not what was encoded. */
const VERSION = 1;
const FILE = 'state.json';

type BuildState = Pick<StudioState, 'catalog' | 'pictures' | 'bundle'>;

const reportOf = <T>() => v.nullable(v.custom<T>((value) => typeof value === 'object'));
const schema = v.strictObject({
  version: v.literal(VERSION),
  catalog: reportOf<NonNullable<BuildState['catalog']>>(),
  pictures: reportOf<NonNullable<BuildState['pictures']>>(),
  bundle: reportOf<NonNullable<BuildState['bundle']>>(),
});

/** What Studio keeps in this browser. Parts whose files the browser has deleted count as missing. */
export async function storedState(): Promise<StudioState> {
  const file = await (await studioFolder('cache')).file(FILE);
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), file ? await file.text() : '');
  const { catalog, pictures, bundle } = read.success ? read.output : { catalog: null, pictures: null, bundle: null };
  const whole = catalog !== null && (await (await studioFolder('catalog')).names()).length > 0;
  const built = whole && bundle !== null && (await (await studioFolder('bundle')).file(MANIFEST_FILE)) !== null;
  return {
    catalog: whole ? catalog : null,
    pictures: whole ? pictures : null,
    bundle: built ? bundle : null,
    log: await storedLog(),
    learned: await storedLearned(),
  };
}

export async function storeState({ catalog, pictures, bundle }: BuildState): Promise<void> {
  const text = JSON.stringify({ version: VERSION, catalog, pictures, bundle });
  await (await studioFolder('cache')).write(FILE, new TextEncoder().encode(text));
}
