import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const TYPES: Record<string, string> = {
  '.bin': 'application/octet-stream',
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
};

/** A running server. `origin` stays the same until it is closed: the browser keeps one log per origin. */
export interface StaticServer {
  origin: string;
  close(): void;
}

/**
 * Serves static files on a free port of this machine alone.
 * @param places folder by address prefix (which ends with a slash), or file by address
 */
export async function serve(places: Record<string, string>): Promise<StaticServer> {
  const server = createServer(async ({ url = '/' }, response) => {
    const file = fileOf(new URL(url, 'http://localhost').pathname, places);
    const body = file && (await readFile(file).catch(() => null));
    if (!body) return response.writeHead(404).end();
    return response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close() {
      server.close();
      // A browser that was killed does not end its connections.
      server.closeAllConnections();
    },
  };
}

/** The path of a parsed URL has no `..` left in it, and what is percent-encoded stays so: nothing outside is found. */
function fileOf(path: string, places: Record<string, string>): string | null {
  const place = Object.keys(places).find((prefix) =>
    prefix.endsWith('/') ? path.startsWith(prefix) : path === prefix,
  );
  if (!place) return null;
  return place.endsWith('/') ? join(places[place], path.slice(place.length)) : places[place];
}
