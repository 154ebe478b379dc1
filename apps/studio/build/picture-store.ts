import { isFetched, withPicture } from '../../../packages/shop/pipeline';
import type { Item } from '../../../src/core/catalog';
import { addToGroup } from '../../../src/core/common/grouped';
import { pictureType } from '../../../src/core/common/text';
import { studioFolder } from '../files/opfs';
import { readZip } from '../files/zip';
import type { ProgressReporter } from '../progress';
import { IMAGE_BASE } from '../serve/route';
import type { DroppedFile, PicturesReport } from '../session';

/** Maximum number of missing pictures that a report names. */
const MAX_NAMED = 20;
/** Maximum size of a picture in bytes, as for the command line. */
const MAX_BYTES = 25e6;
/** Maximum number of pictures written at the same time: most of the time of a small file is spent on opening and closing it. */
const MAX_WRITES = 8;

const isArchive = ({ path, file }: DroppedFile): boolean => /\.zip$/i.test(path) || file.type === 'application/zip';

/** The path without the parts that lead elsewhere. */
const plainPath = (path: string): string =>
  path
    .replaceAll('\\', '/')
    .split('/')
    .filter((part) => !['', '.', '..'].includes(part))
    .join('/');

/** The pictures that Studio keeps: dropped files, found by the names that the products give them. */
export class PictureStore {
  readonly #byName = new Map<string, string[]>();

  private constructor(readonly paths: readonly string[]) {
    for (const path of paths) addToGroup(this.#byName, lastPart(path), path);
  }

  static async open(): Promise<PictureStore> {
    return new PictureStore(await (await studioFolder('pictures')).names());
  }

  /** Path of the file that a product names; null if it was not dropped. The end of the path decides where names are the same. */
  pathOf(name: string): string | null {
    const wanted = plainPath(name).toLowerCase().split('/');
    let [best, most]: [string | null, number] = [null, 0];
    for (const path of this.#byName.get(wanted[wanted.length - 1]) ?? []) {
      const parts = path.toLowerCase().split('/');
      let same = 0;
      while (same < Math.min(parts.length, wanted.length) && parts.at(-1 - same) === wanted.at(-1 - same)) same++;
      if (same > most) [best, most] = [path, same];
    }
    return best;
  }

  isReachable(name: string): boolean {
    return isFetched(name) || this.pathOf(name) !== null;
  }

  /** @throws Error with the reason in words */
  async read(name: string): Promise<Uint8Array> {
    const blob = isFetched(name) ? await fetched(name) : await this.#file(name);
    if (blob.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES / 1e6} MB`);
    return new Uint8Array(await blob.arrayBuffer());
  }

  async #file(name: string): Promise<Blob> {
    const path = this.pathOf(name);
    const file = path === null ? null : await (await studioFolder('pictures')).file(path);
    if (!file) throw new Error(`there is no file “${name}” among the pictures`);
    return file;
  }

  /** The item as the pages of the shop find it: the pictures lie in the folder `images`. */
  placed(item: Item, isReadable: boolean): Item {
    return withPicture(item, IMAGE_BASE, isReadable ? this.pathOf(item.image ?? '') : null);
  }

  report(items: readonly Item[], unreadable: PicturesReport['missing'] = []): PicturesReport {
    const named = items.flatMap(({ image }) => image ?? []);
    const absent = named.filter((name) => !this.isReachable(name));
    const missing = [...unreadable, ...absent.map((name) => ({ name, reason: 'not among the dropped files' }))];
    return {
      found: named.length - missing.length,
      missing: missing.slice(0, MAX_NAMED),
      missingCount: missing.length,
    };
  }
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1).toLowerCase();

/** @throws Error with the reason in words */
async function fetched(address: string): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(address, { credentials: 'omit', referrerPolicy: 'no-referrer' });
  } catch (cause) {
    throw new Error('its server did not answer, or does not let other pages read it (CORS)', { cause });
  }
  if (!response.ok) throw new Error(`its server answered ${response.status}`);
  return response.blob();
}

/** Length of the folder that all of these files lie in, with its slash: the dropped folder itself. */
function lengthOfTop(paths: readonly string[]): number {
  const [first = ''] = paths;
  const length = first.indexOf('/') + 1;
  return paths.every((path) => path.startsWith(first.slice(0, length))) ? length : 0;
}

/**
 * Keeps dropped pictures and those in dropped archives.
 * @returns the pictures of archives that could not be read
 */
export async function keepPictures(
  files: readonly DroppedFile[],
  progress: ProgressReporter,
): Promise<PicturesReport['missing']> {
  const folder = await studioFolder('pictures');
  const refused: PicturesReport['missing'] = [];
  const total = files.reduce((sum, { file }) => sum + file.size, 0);
  progress.start('Pictures', total, 0, 'bytes');
  let done = 0;
  const writes = new Set<Promise<void>>();
  const top = lengthOfTop(files.map(({ path }) => plainPath(path)));
  const keep = async ({ path, file }: DroppedFile, from = 0): Promise<void> => {
    if (!pictureType(path)) return;
    if (writes.size >= MAX_WRITES) await Promise.race(writes);
    const bytes = new Uint8Array(await file.arrayBuffer());
    const write = folder.write(plainPath(path).slice(from), bytes).finally(() => writes.delete(write));
    writes.add(write);
  };
  const keepAll = async (dropped: DroppedFile): Promise<void> => {
    if (isArchive(dropped)) {
      const refuse = (name: string, reason: string): void => void refused.push({ name, reason });
      let packed = 0;
      for await (const inside of readZip(dropped.file, refuse)) {
        await keep(inside);
        packed += inside.file.size;
        progress.set(done + Math.min(packed, dropped.file.size));
      }
    } else await keep(dropped, top);
    done += dropped.file.size;
    progress.set(done);
  };
  try {
    for (const dropped of files) await keepAll(dropped);
    await Promise.all(writes);
  } finally {
    // After a failure, the others still end.
    await Promise.allSettled(writes);
  }
  return refused;
}
