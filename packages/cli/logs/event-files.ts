import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { codeOf, messageOf } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';
import { quoted } from './duckdb';

export interface EventFile {
  path: string;
  bytes: number;
  isParquet: boolean;
}

/** Extensions of the files of a folder that are logs, before `.gz`, or `.zst`, which is refused instead of left out. */
const EXTENSIONS = ['.csv', '.tsv', '.txt', '.jsonl', '.ndjson', '.json', '.parquet'];

/**
 * The files that paths name: files, folders with their subfolders, and patterns such as `logs/*.csv`; each once, sorted by name within
 * a folder or pattern.
 * @throws SidestreamError `runtime/invalid-input`
 */
export async function eventFiles(paths: readonly string[], connection: DuckDBConnection): Promise<EventFile[]> {
  const files = new Map<string, EventFile>();
  for (const path of paths) {
    for (const file of await filesOf(path, connection)) {
      files.set(file, { path: file, bytes: (await stat(file)).size, isParquet: /\.parquet$/i.test(file) });
    }
  }
  return [...files.values()];
}

async function filesOf(path: string, connection: DuckDBConnection): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' && /[*?[]/.test(path)) return matching(path, connection);
    throw invalidInput(`The events cannot be read: ${messageOf(cause)}. Check the path.`, { cause });
  }
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.') && isLog(entry.name));
  if (found.length === 0) {
    throw invalidInput(`The folder ${path} has no log (${EXTENSIONS.join(', ')}, also with .gz). Check the path.`);
  }
  return found.map((entry) => join(entry.parentPath, entry.name)).sort();
}

const isLog = (name: string): boolean => EXTENSIONS.includes(extname(name.replace(/\.(gz|zst)$/i, '')).toLowerCase());

async function matching(pattern: string, connection: DuckDBConnection): Promise<string[]> {
  const rows = await connection.runAndReadAll(`SELECT file FROM glob(${quoted(pattern)}) ORDER BY file`);
  const files = rows.getRows().map(([file]) => String(file));
  if (files.length === 0) throw invalidInput(`No file matches ${pattern}. Check the pattern.`);
  return files;
}
