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

/** The files of an earlier run. A file that was removed since counts as not written. */
async function earlierLists(folder: string): Promise<ListsFile> {
  const written = await readFile(join(folder, LISTS_FILE), 'utf8').catch(() => '');
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), listsSchema), written);
  if (!read.success) return NOTHING;
  const there = new Set((await readdir(folder, { recursive: true })).map((path) => path.split(sep).join('/')));
  const all = Object.entries(read.output.files);
  const kept = all.filter(([path]) => there.has(path));
  const input = kept.length === all.length ? read.output.input : '';
  return { ...read.output, input, files: Object.fromEntries(kept) };
}

/** Writes lists into a folder: only files whose content changed, and removes those of earlier lists that are gone. */
export async function openLists(folder: string) {
  const { files: known, ...before } = await earlierLists(folder);
  const count = Object.keys(known).length;
  /** The files of the earlier run, by their paths on a disk that ignores case. */
  const earlier = new Map(Object.keys(known).map((path) => [ignoringCase(path), path]));
  const files: Record<string, string> = {};
  /** New or changed files, and their bytes. */
  const changed = { written: 0, bytes: 0 };
  let marked = false;
  const write = (path: string, content: string): void => {
    const file = join(folder, path);
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.part`, content);
      renameSync(`${file}.part`, file);
    } catch (cause) {
      throw notWritten(file, cause);
    }
  };
  const record = (lists: ListsFile): void => write(LISTS_FILE, `${JSON.stringify(lists)}\n`);
  /**
   * Records, before the first change, that no file has a known content: a run that is interrupted would otherwise leave
   * files that the next run takes for others.
   */
  const mark = (): void => {
    if (!marked) record({ ...NOTHING, files: Object.fromEntries(Object.keys(known).map((path) => [path, ''])) });
    marked = true;
  };
  return {
    changed,
    /** Result of an earlier run with the same input; null if it has to be made. */
    madeFrom: (input: string) => (before.input === input ? { ...before, files: count } : null),
    /**
     * Writes a file if its content is not there yet. Not asynchronous: thousands of small files take half as long.
     * @param path in the folder, with `/`
     * @throws SidestreamError `runtime/invalid-input` if the file system refuses to write
     */
    put(path: string, content: string): void {
      const digest = createHash('sha256').update(content).digest('hex').slice(0, 16);
      files[path] = digest;
      if (known[path] === digest) return;
      mark();
      // Where case is ignored, the file of the earlier name is this one: removed at the end, this one would be lost.
      const other = earlier.get(ignoringCase(path));
      if (other !== undefined && !Object.hasOwn(known, path) && !Object.hasOwn(files, other)) {
        rmSync(join(folder, other), { force: true });
        delete known[other];
      }
      changed.written++;
      changed.bytes += Buffer.byteLength(content);
      write(path, content);
    },
    /** Removes the files that are no longer wanted, and records the state. @returns number of all files and of removed ones */
    finish(input: string, made: Pick<ListsFile, 'lists' | 'items'>): { files: number; removed: number } {
      const gone = Object.keys(known).filter((path) => !Object.hasOwn(files, path));
      if (gone.length > 0) mark();
      for (const path of gone) rmSync(join(folder, path), { force: true });
      for (const inner of new Set(gone.map(dirname))) {
        const path = join(folder, inner);
        // A folder with other files stays.
        if (inner !== '.' && existsSync(path) && readdirSync(path).length === 0) rmdirSync(path);
      }
      record({ version: 1, input, ...made, files });
      return { files: Object.keys(files).length, removed: gone.length };
    },
  };
}

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
