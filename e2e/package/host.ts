import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

/** A running host of static files. */
export interface Host {
  origin: string;
  /** Paths asked for, in order. */
  asked: string[];
  close(): void;
}

/**
 * Serves folders on a port of its own.
 * @param folders by the path they lie under; the longest that fits is taken
 * @param headers sent with every file
 */
export async function serve(folders: Record<string, string>, headers: Record<string, string> = {}): Promise<Host> {
  const asked: string[] = [];
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length);
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname));
    asked.push(path);
    const prefix = prefixes.find((start) => path.startsWith(start));
    const name = prefix && path.slice(prefix.length);
    const file = prefix && join(folders[prefix], name?.replace(/(^|\/)$/, '$1index.html') ?? '');
    try {
      const bytes = await readFile(file ?? '');
      response.writeHead(200, { 'content-type': TYPES[extname(file ?? '')] ?? 'application/octet-stream', ...headers });
      response.end(bytes);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, asked, close: () => server.close() };
}
