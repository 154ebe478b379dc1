import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import * as v from 'valibot';
import { exactObject } from '../../../src/core/common/schema';
import { notWritten } from '../bundler';

/** Names, in the folder of the lists, the files and the state that they were made from. */
const LISTS_FILE = 'lists.json';

/** A path that the command itself could have written: relative, and never outside the folder. */
const pathSchema = v.pipe(v.string(), v.regex(/^(?!.*(^|\/)\.\.?(\/|$))[^/\\]+(\/[^/\\]+)*$/));
const listsSchema = exactObject({
  version: v.literal(1),
  /** Digest of bundle, offers, rules and options; empty while lists are being written. */
  input: v.string(),
  lists: v.number(),
  items: v.number(),
  /** Digest of each file's content, by its path. */
  files: v.record(pathSchema, v.string()),
});
type ListsFile = v.InferOutput<typeof listsSchema>;

const NOTHING: ListsFile = { version: 1, input: '', lists: 0, items: 0, files: {} };

/** Writes lists into a folder: only files whose content changed, and removes those of earlier lists that are gone. */
export class FolderLists {
  readonly #files: Record<string, string> = {};
  /** The files of the earlier run, by their paths on a disk that ignores case. */
  readonly #earlier: ReadonlyMap<string, string>;
  #marked = false;
  written = 0;
  bytes = 0;

  private constructor(
    private readonly folder: string,
    private readonly before: ListsFile,
  ) {
    this.#earlier = new Map(Object.keys(before.files).map((path) => [ignoringCase(path), path]));
  }

  /** Reads what an earlier run wrote. A file that was removed since counts as not written. */
  static async open(folder: string): Promise<FolderLists> {
    const written = await readFile(join(folder, LISTS_FILE), 'utf8').catch(() => '');
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), listsSchema), written);
    if (!read.success) return new FolderLists(folder, NOTHING);
    const there = new Set((await readdir(folder, { recursive: true })).map((path) => path.split(sep).join('/')));
    const kept = Object.entries(read.output.files).filter(([path]) => there.has(path));
    const complete = kept.length === Object.keys(read.output.files).length;
    const { input } = read.output;
    return new FolderLists(folder, {
      ...read.output,
      input: complete ? input : '',
      files: Object.fromEntries(kept),
    });
  }

  /** Result of an earlier run with the same input; null if it has to be made. */
  madeFrom(input: string): (Pick<ListsFile, 'lists' | 'items'> & { files: number }) | null {
    const { files, ...before } = this.before;
    return before.input === input ? { ...before, files: Object.keys(files).length } : null;
  }

  /**
   * Writes a file if its content is not there yet. Not asynchronous: thousands of small files take half as long.
   * @param path in the folder, with `/`
   * @throws SidestreamError `runtime/invalid-input` if the file system refuses to write
   */
  put(path: string, content: string): void {
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 16);
    this.#files[path] = digest;
    if (this.before.files[path] === digest) return;
    this.#mark();
    // Where case is ignored, the file of the earlier name is this one: removed at the end, this one would be lost.
    const earlier = this.#earlier.get(ignoringCase(path));
    if (earlier !== undefined && !Object.hasOwn(this.before.files, path) && !Object.hasOwn(this.#files, earlier)) {
      rmSync(join(this.folder, earlier), { force: true });
      delete this.before.files[earlier];
    }
    this.written++;
    this.bytes += Buffer.byteLength(content);
    this.#write(path, content);
  }

  /** Removes the files that are no longer wanted, and records the state. @returns number of all files and of removed ones */
  finish(input: string, made: Pick<ListsFile, 'lists' | 'items'>): { files: number; removed: number } {
    const gone = Object.keys(this.before.files).filter((path) => !Object.hasOwn(this.#files, path));
    if (gone.length > 0) this.#mark();
    for (const path of gone) rmSync(join(this.folder, path), { force: true });
    for (const folder of new Set(gone.map(dirname))) {
      const path = join(this.folder, folder);
      // A folder with other files stays.
      if (folder !== '.' && existsSync(path) && readdirSync(path).length === 0) rmdirSync(path);
    }
    this.#write(LISTS_FILE, text({ version: 1, input, ...made, files: this.#files }));
    return { files: Object.keys(this.#files).length, removed: gone.length };
  }

  /**
   * Records, before the first change, that no file has a known content: a run that is interrupted would otherwise leave
   * files that the next run takes for others.
   */
  #mark(): void {
    if (this.#marked) return;
    this.#marked = true;
    const files = Object.fromEntries(Object.keys(this.before.files).map((path) => [path, '']));
    this.#write(LISTS_FILE, text({ ...NOTHING, files }));
  }

  #write(path: string, content: string): void {
    const file = join(this.folder, path);
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.part`, content);
      renameSync(`${file}.part`, file);
    } catch (cause) {
      throw notWritten(file, cause);
    }
  }
}

const text = (lists: ListsFile): string => `${JSON.stringify(lists)}\n`;

/** Bytes of the longest name; file systems allow 255, with the extension and a suffix while the file is written. */
const MAX_NAME = 200;

/** A path as disks compare it that ignore case, such as those of macOS and Windows. */
export const ignoringCase = (path: string): string => path.normalize().toLowerCase();

/**
 * The file name of an id, a category path or a value: characters that file systems or addresses cannot have are percent-encoded.
 * A name that would be too long ends with a digest.
 */
export function fileName(of: string): string {
  const name = of.replace(/[%/\\:*?"<>|#\p{Cc}]|^\.|^(?=(con|prn|aux|nul|com\d|lpt\d)(\.|$))./giu, (character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
    return `%${code}`;
  });
  if (Buffer.byteLength(name) <= MAX_NAME) return name;
  let short = name;
  while (Buffer.byteLength(short) > MAX_NAME - 17) short = short.slice(0, -1);
  return `${short.replace(/\p{Surrogate}/gu, '')}~${createHash('sha256').update(of).digest('hex').slice(0, 16)}`;
}
