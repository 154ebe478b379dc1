import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import pLimit from 'p-limit';
import * as v from 'valibot';
import type { Item } from '../../../src/core/catalog';
import { codeOf, counted } from '../../../src/core/common/text';
import { makeFolder, replaceFile } from '../../encoders/folders';
import { isFetched, withPicture } from '../../shop/pipeline';
import { type FetchLimits, fetchRetried, NotPublic, publicFetch } from './fetch';

export interface PictureOptions extends Omit<FetchLimits, 'fetch' | 'headers'> {
  /** Folder of the pictures that are named by file; without it, they are not read. */
  folder?: string;
  /** Where pages find the folder, such as `/photos/`. Default: unknown. */
  base?: string;
  /** Folder in which fetched pictures are kept. Default `.cache/pictures`. */
  cache?: string;
  /** Whether to open no connection: pictures by address then come only from the cache. Default false. */
  offline?: boolean;
  /** Whether to fetch from this machine and from private networks as well. Default false: a feed is untrusted data. */
  allowPrivate?: boolean;
  /** Number of simultaneous connections. Default 8. */
  parallel?: number;
  /** Maximum size of a picture in bytes. Default 25 million. */
  maxBytes?: number;
}

/**
 * Reads pictures by file name, only below the folder, or by http(s) address. Fetched pictures are kept, and fetched again only if
 * the server has a newer version (`ETag`, `Last-Modified`).
 */
export function createPictures(options: PictureOptions) {
  const { folder, base = '', offline = false, allowPrivate = false, parallel = 8, maxBytes = 25e6 } = options;
  const fetch = publicFetch(() => allowPrivate);
  const cache = pictureCache(options.cache ?? '.cache/pictures');
  const limit = pLimit(parallel);
  /** Products often share a picture. */
  const underWay = new Map<string, Promise<Uint8Array>>();
  /** Numbers of pictures from the cache because their server did not answer, or because their address is private. */
  const stale = { unanswered: 0, notPublic: 0 };

  const fetchPicture = async (url: string): Promise<Uint8Array> => {
    const kept = await cache.get(url);
    if (offline) {
      if (kept) return kept.bytes;
      throw new Error(`${url} has not been fetched before, and --offline fetches nothing`);
    }
    const headers = {
      accept: 'image/*',
      ...(kept?.etag ? { 'if-none-match': kept.etag } : {}),
      ...(kept?.lastModified ? { 'if-modified-since': kept.lastModified } : {}),
    };
    let fetched: Uint8Array | string | null;
    try {
      fetched = await fetchRetried(url, { ...options, fetch, headers }, async (response) => {
        if (response.status === 304) return null;
        const bytes = await pictureBytes(response, maxBytes);
        if (typeof bytes === 'string') return bytes;
        const [etag, lastModified] = ['etag', 'last-modified'].map((name) => response.headers.get(name) ?? undefined);
        await cache.put({ url, etag, lastModified, bytes });
        return bytes;
      });
    } catch (error) {
      // The earlier picture is better than no picture.
      if (!kept) throw error;
      stale[error instanceof NotPublic ? 'notPublic' : 'unanswered']++;
      return kept.bytes;
    }
    if (fetched === null && kept) return kept.bytes;
    if (fetched instanceof Uint8Array) return fetched;
    throw new Error(`${url} ${fetched ?? 'answered 304'}`);
  };

  return {
    /** Whether there is a source for this picture. */
    reachable: (name: string): boolean => isFetched(name) || folder !== undefined,
    /** @throws Error with the reason in words */
    async read(name: string): Promise<Uint8Array> {
      if (!isFetched(name)) return readPicture(folder ?? '.', fileName(name, folder ?? '.', base), maxBytes);
      let picture = underWay.get(name);
      if (!picture) {
        picture = limit(() => fetchPicture(name)).finally(() => underWay.delete(name));
        underWay.set(name, picture);
      }
      return picture;
    },
    stale,
  };
}

/** The body, or the reason why it cannot be used. */
async function pictureBytes(response: Response, maxBytes: number): Promise<Uint8Array | string> {
  const { status, headers, body } = response;
  const type = headers.get('content-type')?.split(';')[0].trim().toLowerCase() ?? '';
  const problem =
    status !== 200
      ? `answered ${status}`
      : !/^(image\/.+|(application|binary)\/octet-stream|)$/.test(type)
        ? `is ${type}, not a picture`
        : Number(headers.get('content-length')) > maxBytes
          ? tooLarge(maxBytes)
          : undefined;
  if (problem !== undefined || !body) {
    await body?.cancel();
    return problem ?? 'is empty';
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > maxBytes) return tooLarge(maxBytes);
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

const tooLarge = (maxBytes: number): string => `is larger than ${maxBytes / 1e6} MB`;

const headSchema = v.object({
  url: v.string(),
  etag: v.optional(v.string()),
  lastModified: v.optional(v.string()),
});

interface CachedPicture extends v.InferOutput<typeof headSchema> {
  bytes: Uint8Array;
}

/** Pictures by address, one file each: a line of JSON, then the picture. Files are complete or absent. */
function pictureCache(folder: string) {
  const pathOf = (url: string): string => {
    const name = createHash('sha256').update(url).digest('hex');
    return join(folder, name.slice(0, 2), name);
  };
  return {
    /** Null for a picture that is not cached, or whose file is unusable. */
    async get(url: string): Promise<CachedPicture | null> {
      const file = await readFile(pathOf(url)).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return null;
        throw error;
      });
      if (!file) return null;
      const end = file.indexOf(10);
      const head = v.safeParse(
        v.pipe(v.string(), v.parseJson(), headSchema),
        file.toString('utf8', 0, Math.max(0, end)),
      );
      if (!head.success || head.output.url !== url) return null;
      return { ...head.output, bytes: new Uint8Array(file.subarray(end + 1)) };
    },
    async put({ bytes, ...head }: CachedPicture): Promise<void> {
      const path = pathOf(head.url);
      await makeFolder(dirname(path));
      // Two builds may share the folder.
      const file = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), bytes]);
      await replaceFile(path, file, `${path}.${process.pid}.part`);
    },
  };
}

/**
 * The file that a feed means. Shop exports name pictures by their path on the host, `/photos/a.jpg`: below the folder, this is
 * `a.jpg` if pages find the folder at `/photos/` or if the folder itself is called `photos`, and `photos/a.jpg` otherwise.
 * @param base where pages find the folder; may be empty
 */
export function fileName(name: string, folder: string, base: string): string {
  if (!/^\/(?!\/)/.test(name)) return name;
  if (!leadsOut(resolve(folder), resolve(name))) return relative(resolve(folder), resolve(name));
  if (base !== '' && name.startsWith(base)) return name.slice(base.length);
  const [names, folders] = [name.slice(1).split('/'), resolve(folder).split(sep)];
  for (let shared = names.length - 1; shared > 0; shared--) {
    if (names.slice(0, shared).join('/') === folders.slice(-shared).join('/')) return names.slice(shared).join('/');
  }
  return name.slice(1);
}

/** @throws Error with the reason in words: outside the folder, missing, a folder, too large, an address */
export async function readPicture(
  folder: string,
  name: string,
  maxBytes = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(name))
    throw new Error(`"${name}" is an address; give the file's name in --images`);
  // A feed is untrusted data: it must not be able to read other files of this machine into a bundle.
  const outside = new Error(`"${name}" is outside the image folder; put the picture into it`);
  if (namedOutside(folder, name)) throw outside;
  try {
    const path = await realpath(resolve(folder, name));
    if (leadsOut(await realpath(folder), path)) throw outside;
    if ((await stat(path)).size > maxBytes) throw new Error(`"${name}" is larger than ${maxBytes / 1e6} MB`);
    return await readFile(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') throw new Error(`there is no file "${name}" in the image folder`, { cause: error });
    if (code === '') throw error;
    throw new Error(`"${name}" cannot be read (${code})`, { cause: error });
  }
}

/** Whether a name leads outside the folder on any system, as written or percent-decoded: a page uses it as an address. */
function namedOutside(folder: string, name: string): boolean {
  const spelling = decoded(name);
  // A Windows drive, a network share or the root of a drive.
  if (/^([a-z]:|\\)/i.test(spelling)) return true;
  return leadsOut(resolve(folder), resolve(folder, spelling.replaceAll('\\', '/')));
}

/** A name with its path characters decoded, even if they were encoded more than once. */
function decoded(name: string): string {
  const signs: Record<string, string> = { '25': '%', '2e': '.', '2f': '/', '5c': '\\' };
  for (let before = name, after = ''; ; before = after) {
    after = before.replace(/%(25|2e|2f|5c)/gi, (_, code: string) => signs[code.toLowerCase()]);
    if (after === before) return after;
  }
}

function leadsOut(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way.split(sep)[0] === '..' || isAbsolute(way);
}

/** The item of the bundle. @param readable whether the picture's file could be read */
export function withImage(
  item: Item,
  { images, imageBase }: { images?: string; imageBase: string },
  readable: boolean,
): Item {
  const { image = '' } = item;
  const onHost = image.startsWith('/');
  // Without a folder and its address, only the shop knows where a path on its host leads.
  if (!readable || (onHost && (images === undefined || imageBase === ''))) return withPicture(item, imageBase, null);
  return withPicture(item, imageBase, onHost ? fileName(image, images ?? '.', imageBase) : image);
}

export function stalePictures({ unanswered, notPublic }: ReturnType<typeof createPictures>['stale']): string[] {
  const from = (count: number): string => `${counted(count, 'picture')} from an earlier build:`;
  return [
    ...(unanswered > 0 ? [`Used ${from(unanswered)} the server did not answer.`] : []),
    ...(notPublic > 0 ? [`Used ${from(notPublic)} the address is not public; --allow-private fetches from it.`] : []),
  ];
}

/** A note about pictures named by file if no folder of pictures was given. */
export function unreadPictures(items: readonly Item[], images: string | undefined): string[] {
  const named = images === undefined ? items.filter(({ image }) => image && !isFetched(image)).length : 0;
  if (named === 0) return [];
  const what =
    named === 1
      ? '1 item names a picture by its file, which was'
      : `${named} items name pictures by their files, which were`;
  return [`${what} not read: name their folder with --images.`];
}
