import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
};
const COMPRESSED = new Set(['.css', '.html', '.js', '.json', '.svg', '.wasm', '.bin']);
/** File names with a digest of their content: of a bundle (16 hex digits) or of a script (8 characters). */
const HASHED = /-([0-9a-f]{16}|[\w-]{8})\.\w+$/;

/** One answer of the host; times are milliseconds since the epoch. */
export interface Answer {
  path: string;
  status: number;
  /** Body as sent. */
  bytes: number;
  /** The same body with gzip. */
  gzip: number;
  asked: number;
  sent: number;
}

export interface Network {
  /** From a request to the first byte of its answer, ms. */
  roundTrip: number;
  /** Bandwidth of all answers together, bits per second. */
  bandwidth: number;
}

/** A phone on a slow network. */
export const PHONE: Network = { roundTrip: 150, bandwidth: 1.6e6 };

export interface StaticHost {
  origin: string;
  /** Null: as fast as the machine. The host is slowed down rather than the browser, whose emulation leaves out the first request of a worker. */
  network: Network | null;
  /** Answers since the last call, in the order of the requests. */
  take(): Answer[];
  close(): void;
}

interface Prepared {
  type: string;
  etag: string;
  /** Body to send: with brotli if that helps. */
  body: Buffer;
  encoding?: 'br';
  gzip: number;
}

/** Number of bytes of an answer sent at once, so that concurrent answers share a slow network. */
const PART = 2048;

const now = (): number => performance.timeOrigin + performance.now();

/**
 * Serves files as recommended in docs/how-to/host.md: brotli, an ETag, `immutable` for names with a digest and `no-cache` for all
 * others. Files are compressed at their first request, before any measured one.
 * @param places folder by address prefix (which ends with a slash), or content by address; the longest match is used
 */
export async function staticHost(places: Record<string, string | Uint8Array>): Promise<StaticHost> {
  const answers: Answer[] = [];
  const known = new Map<string, Prepared | null>();
  const find = (path: string): Prepared | null => {
    const found = known.get(path);
    if (found !== undefined) return found;
    const read = contentOf(path, places);
    const prepared = read && prepare(path, read);
    known.set(path, prepared);
    return prepared;
  };
  let free = 0;
  const deliver = async (response: ServerResponse, body: Buffer | null): Promise<void> => {
    const { network } = host;
    if (!network) return void response.end(body);
    await until(now() + network.roundTrip);
    response.flushHeaders();
    for (let start = 0; body && start < body.length; start += PART) {
      // A page that was left takes no more bytes.
      if (response.destroyed) return;
      const part = body.subarray(start, start + PART);
      free = Math.max(now(), free) + (8000 * part.length) / network.bandwidth;
      await until(free);
      response.write(part);
    }
    response.end();
  };
  const server = createServer(async (request, response) => {
    const asked = now();
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname));
    const file = find(path);
    const answer: Answer = { path, status: 404, bytes: 0, gzip: 0, asked, sent: asked };
    answers.push(answer);
    response.once('finish', () => {
      answer.sent = now();
    });
    if (!file) return deliver(response.writeHead(404), null);
    const cached = {
      etag: file.etag,
      'cache-control': HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
    };
    if (request.headers['if-none-match'] === file.etag) {
      answer.status = 304;
      return deliver(response.writeHead(304, cached), null);
    }
    Object.assign(answer, { status: 200, bytes: file.body.length, gzip: file.gzip });
    const encoding = file.encoding ? { 'content-encoding': file.encoding } : {};
    const headers = { 'content-type': file.type, 'content-length': file.body.length, ...cached, ...encoding };
    return deliver(response.writeHead(200, headers), file.body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const host: StaticHost = {
    // Browsers accept brotli over https, and from this name.
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    network: null,
    take: () => answers.splice(0),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return host;
}

const until = (time: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, time - now())));

function prepare(path: string, content: Buffer): Prepared {
  const extension = extname(path) || '.html';
  const etag = `"${createHash('sha256').update(content).digest('hex').slice(0, 16)}"`;
  const type = TYPES[extension] ?? 'application/octet-stream';
  if (!COMPRESSED.has(extension)) return { type, etag, body: content, gzip: content.length };
  const gzip = gzipSync(content).length;
  return { type, etag, body: brotliCompressSync(content), encoding: 'br', gzip };
}

/** Normalised paths have no `..`, so nothing outside the folders is found. */
function contentOf(path: string, places: Record<string, string | Uint8Array>): Buffer | null {
  const [prefix] = Object.keys(places)
    .filter((place) => (place.endsWith('/') ? path.startsWith(place) : path === place))
    .sort((a, b) => b.length - a.length);
  const place = prefix === undefined ? undefined : places[prefix];
  if (place === undefined) return null;
  if (typeof place !== 'string') return Buffer.from(place);
  const file = prefix.endsWith('/') ? join(place, path.slice(prefix.length) || 'index.html') : place;
  return existsSync(file) && statSync(file).isFile() ? readFileSync(file) : null;
}
