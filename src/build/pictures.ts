import pLimit from 'p-limit';
import { publicFetch } from './fetch-public';
import { type FetchLimits, fetchRetried } from './fetch-retried';
import { pictureCache } from './picture-cache';
import { isAddress, readPicture } from './picture-file';

export interface PictureOptions extends Omit<FetchLimits, 'fetch' | 'headers'> {
  /** Folder of the pictures that are named by file; without it they are not read. */
  folder?: string;
  /** Folder where fetched pictures are kept. Default `.cache/pictures`. */
  cache?: string;
  /** Opens no connection: pictures by address come from the cache or not at all. Default false. */
  offline?: boolean;
  /** Fetches from this machine and from private networks, too. Default false: a feed is outside data. */
  allowPrivate?: boolean;
  /** Connections at a time. Default 8. */
  parallel?: number;
  /** Bytes of the largest picture accepted. Default 25 million. */
  maxBytes?: number;
}

/** The pictures that a feed names, from disk or from the shop's server. */
export interface Pictures {
  /** Whether there is a place to read this one from. */
  reachable(name: string): boolean;
  /** @throws Error with the reason in words */
  read(name: string): Promise<Uint8Array>;
  /** How many came from the cache because their server could not be reached. */
  readonly stale: number;
}

/**
 * Reads pictures by file name, below the folder only, or by http(s) address. Fetched ones are kept, and fetched again only
 * when the server has a newer one (`ETag`, `Last-Modified`).
 */
export function createPictures(options: PictureOptions): Pictures {
  const { folder, offline = false, allowPrivate = false, parallel = 8, maxBytes = 25e6 } = options;
  const fetch = publicFetch({ allow: () => allowPrivate });
  const cache = pictureCache(options.cache ?? '.cache/pictures');
  const limit = pLimit(parallel);
  /** Products often share a picture. */
  const underWay = new Map<string, Promise<Uint8Array>>();
  let stale = 0;

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
      // What was a picture last time is better than none while the server is down.
      if (!kept) throw error;
      stale++;
      return kept.bytes;
    }
    if (fetched === null && kept) return kept.bytes;
    if (fetched instanceof Uint8Array) return fetched;
    throw new Error(`${url} ${fetched ?? 'answered 304'}`);
  };

  return {
    reachable: (name) => isAddress(name) || folder !== undefined,
    read(name) {
      if (!isAddress(name)) return readPicture(folder ?? '.', name, maxBytes);
      let picture = underWay.get(name);
      if (!picture) {
        picture = limit(() => fetchPicture(name)).finally(() => underWay.delete(name));
        underWay.set(name, picture);
      }
      return picture;
    },
    get stale() {
      return stale;
    },
  };
}

/** The body, or in words why it is no picture to use. */
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
