import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
};

/** A running host of static files. `origin` stays the same until it is closed: a browser keeps one log per origin. */
export interface Host {
  origin: string;
  /** Requested paths, in order. */
  asked: string[];
  close(): void;
}

interface HostOptions {
  /** Default: this machine only, on a free port. */
  host?: string;
  port?: number;
  /** Takes what a page posts. @returns whether it can be used; without this function nothing can */
  onPost?(body: string): boolean;
  /** Further headers of a path. */
  headersOf?(path: string): Record<string, string>;
}

/** Longest body that a page may post. */
const MAX_BODY = 100_000;

/**
 * Serves static files.
 * @param places folder by address prefix (which ends with a slash), or file by address; the longest match is used
 * @param headers sent with every response
 */
export async function serve(
  places: Record<string, string>,
  headers: Record<string, string> = {},
  { host = '127.0.0.1', port: wanted = 0, onPost, headersOf }: HostOptions = {},
): Promise<Host> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const { url = '/', method } = request;
    const path = normalize(decodeURIComponent(new URL(url, 'http://host').pathname));
    asked.push(path);
    if (method === 'POST') return response.writeHead(onPost?.(await bodyOf(request)) ? 204 : 400, headers).end();
    const file = fileOf(path, places);
    const body = file && (await readFile(file).catch(() => null));
    if (!body) return response.writeHead(404, headers).end();
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    return response.writeHead(200, { 'content-type': type, ...headers, ...headersOf?.(path) }).end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(wanted, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://${host}:${port}`,
    asked,
    close() {
      server.close();
      // A browser that was killed does not close its connections.
      server.closeAllConnections();
    },
  };
}

/** Empty if it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request) {
    body += part;
    if (body.length > MAX_BODY) return '';
  }
  return body;
}

/** Normalised paths have no `..`, so nothing outside the folders is found. */
function fileOf(path: string, places: Record<string, string>): string | null {
  const [prefix] = Object.keys(places)
    .filter((place) => (place.endsWith('/') ? path.startsWith(place) : path === place))
    .sort((a, b) => b.length - a.length);
  if (!prefix) return null;
  if (!prefix.endsWith('/')) return places[prefix];
  return join(places[prefix], path.slice(prefix.length).replace(/(^|\/)$/, '$1index.html'));
}
