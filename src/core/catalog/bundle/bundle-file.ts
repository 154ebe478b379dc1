import * as v from 'valibot';
import { SidestreamError } from '../../../error';
import { canHash, joinBytes, sha256 } from '../../common/bytes';
import { fitting } from '../../common/schema';
import { messageOf } from '../../common/text';
import { type Item, writableItem } from '../item';
import { type BundleFile, MANIFEST_FILE } from './manifest-schema';

/** Gets one file of a bundle by its name relative to the manifest. */
export interface FetchFile {
  (name: string): Promise<Response>;
  /** Full address of a file, for messages. */
  addressOf?(name: string): string;
}

/** Called as bytes arrive. `total` is the size of all requested files, from the manifest. */
export type BundleProgress = (loaded: number, total: number) => void;

/** Fetches from a folder over HTTP. The manifest is revalidated on every visit; all other files never change. */
export function fetchFrom(
  folder: string | URL,
  changes = (name: string): boolean => name === MANIFEST_FILE,
): FetchFile {
  const base = String(folder).replace(/\/*$/, '/');
  const addressOf = (name: string): string => base + name;
  const get = (name: string) => fetch(addressOf(name), changes(name) ? { cache: 'no-cache' } : {});
  return Object.assign(get, { addressOf });
}

/** Fetches from a folder over HTTP; every fetch revalidates the file with the host. */
export const freshFrom = (folder: string): FetchFile => fetchFrom(folder, () => true);

/** Gets files in parallel, each checked, and reports their joint progress. */
export async function fetchFiles(
  fetchFile: FetchFile,
  files: readonly BundleFile[],
  onProgress?: BundleProgress,
): Promise<ArrayBuffer[]> {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  let loaded = 0;
  const report = (bytes: number): void => {
    loaded += bytes;
    onProgress?.(loaded, total);
  };
  onProgress?.(0, total);
  return Promise.all(files.map((file) => fetchChecked(fetchFile, file, report)));
}

/**
 * Gets a file and checks its size and, if the browser offers hashing, its SHA-256.
 * @throws SidestreamError `bundle/unreachable`, `bundle/digest-mismatch`
 */
export async function fetchChecked(
  fetchFile: FetchFile,
  file: BundleFile,
  report?: (bytes: number) => void,
): Promise<ArrayBuffer> {
  const packed = isCompressed(file.file);
  const stored = await fetchBytes(fetchFile, file.file, packed ? undefined : report);
  const bytes = packed ? await decompressed(stored, file.bytes) : stored;
  if (packed) report?.(bytes.byteLength);
  if (bytes.byteLength !== file.bytes || (canHash() && !(await sha256(bytes)).startsWith(file.sha256))) {
    throw new SidestreamError(
      'bundle/digest-mismatch',
      `${file.file} is not the file that the manifest names (${bytes.byteLength} bytes, expected ${file.bytes}). Upload the whole bundle again, the manifest last.`,
    );
  }
  return bytes;
}

/** Files that are stored compressed, because many hosts do not compress binary files. Digests and sizes describe the content. */
const COMPRESSED = /^(head|shard|photos|texts|offers|directory|ids|terms)-[0-9a-f]{16}\.bin$/;

/** Whether a file of the bundle is stored as gzip. */
export const isCompressed = (name: string): boolean => COMPRESSED.test(name);

/** The bytes as gzip. */
export const compressed = (bytes: Uint8Array): Promise<ArrayBuffer> =>
  new Response(new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer();

/** The content of a compressed file. One that is torn or longer than expected is returned as it is: it has another digest. */
async function decompressed(stored: ArrayBuffer, most: number): Promise<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of chunksOf(new Blob([stored]).stream().pipeThrough(new DecompressionStream('gzip')))) {
      length += chunk.byteLength;
      if (length > most) return stored;
      chunks.push(chunk);
    }
    return joinBytes(chunks).buffer;
  } catch {
    return stored;
  }
}

/** Not every browser can iterate over a stream. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

/** Gets a file as it is stored, unchecked. @throws SidestreamError `bundle/unreachable` */
export async function fetchBytes(
  fetchFile: FetchFile,
  name: string,
  report?: (bytes: number) => void,
): Promise<ArrayBuffer> {
  const unreachable = (why: string, advice: string, cause?: unknown): SidestreamError => {
    const address = fetchFile.addressOf?.(name) ?? name;
    return new SidestreamError('bundle/unreachable', `Cannot get ${address}: ${why}. ${advice}`, { cause });
  };
  try {
    const response = await fetchFile(name);
    if (!response.ok) {
      const why = `the server answered ${response.status} ${response.statusText}`.trim();
      throw unreachable(why, 'Check the address of the bundle, and that the whole bundle was uploaded there.');
    }
    if (!response.body || !report) return await response.arrayBuffer();
    const chunks: Uint8Array[] = [];
    for await (const chunk of chunksOf(response.body)) {
      chunks.push(chunk);
      report(chunk.byteLength);
    }
    return joinBytes(chunks).buffer;
  } catch (error) {
    throw error instanceof SidestreamError
      ? error
      : unreachable(
          messageOf(error),
          'Check the connection and, for a bundle on another host, that its CORS headers allow this page.',
          error,
        );
  }
}

/** @throws SidestreamError `bundle/invalid` if it is not JSON */
export function parseJson(name: string, bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    const isPage = new TextDecoder().decode(bytes.slice(0, 100)).trimStart().startsWith('<');
    if (!isPage) throw invalidBundle(name, String(error), error);
    throw new SidestreamError(
      'bundle/invalid',
      `${name} is a web page, which many hosts send instead of a missing file. Check the address of the bundle.`,
      { cause: error },
    );
  }
}

export const invalidBundle = (name: string, what: string, cause?: unknown): SidestreamError =>
  new SidestreamError(
    'bundle/invalid',
    `The bundle cannot be read: ${name}: ${what}. Build it again with \`sidestream build\`.`,
    { cause },
  );

/** Writes items as JSON with fields in a fixed order: equal items give equal bytes. @throws SidestreamError as `writableItem` */
export const encodeItems = (items: readonly Item[]): Uint8Array<ArrayBuffer> => encodeRows(items.map(writableItem));

/** Writes values as JSON, one a line. */
export const encodeRows = (rows: readonly unknown[]): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(`[\n${rows.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);

/**
 * Reads the output of `encodeRows`.
 * @param file its name, for the message
 * @throws SidestreamError `bundle/invalid` when a row does not fit the schema or the number of rows is wrong
 */
export function decodeRows<S extends v.GenericSchema>(row: S, bytes: ArrayBuffer, file: string, count: number) {
  const invalid = (what: string): Error => invalidBundle(file, what);
  const rows = fitting(v.array(row), parseJson(file, bytes), invalid, 0);
  if (rows.length !== count) throw invalid(`has ${rows.length} items, the manifest says ${count}`);
  return rows;
}

/** Adds the ids of items to those seen in a bundle. @throws SidestreamError `bundle/invalid` when an id occurs twice */
export function addIds(seen: Set<string>, items: readonly Item[]): void {
  for (const { id } of items) {
    if (seen.has(id)) throw invalidBundle(MANIFEST_FILE, `item id ${JSON.stringify(id)} occurs twice`);
    seen.add(id);
  }
}
