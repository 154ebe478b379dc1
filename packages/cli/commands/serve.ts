import { realpathSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import compression from 'compression';
import sirv, { type Options } from 'sirv';
import { MANIFEST_FILE } from '../../../src/core/catalog';
import { messageOf, percentDecoded } from '../../../src/core/common/text';
import { invalidInput } from '../../../src/error';
import { openFolder } from '../bundler';
import { untilShutdown } from './terminal';

export function serveCommand() {
  return new Command('serve')
    .description('serve a bundle for testing, with the cache headers that a web server should send')
    .argument('<bundle>', 'folder of the bundle')
    .option('--port <n>', 'port to listen on; 0 takes any free port', portNumber, 4180)
    .option('--host <name>', 'address to listen on; 0.0.0.0 allows other machines', '127.0.0.1')
    .action(async (folder: string, { port, host }: { port: number; host: string }) => {
      // Report a folder that is not a bundle now rather than when a page fails.
      const { items } = await openFolder(folder);
      const server = await serveBundle(folder, port, host);
      const what = `Serving ${items.length} items of ${folder} at ${server.address}${MANIFEST_FILE}`;
      await untilShutdown(server, what, 'End with Ctrl+C.');
    });
}

export function portNumber(text: string): number {
  const n = Number(text);
  if (!/^\d+$/.test(text) || n > 65535) throw new InvalidArgumentError('must be a number from 0 to 65535.');
  return n;
}

/** File names that contain the digest of their content, which never changes. */
const HASHED = /-[0-9a-f]{16}\.\w+$/;

export type BundleServer = Awaited<ReturnType<typeof listen>>;

/**
 * Serves a bundle as a shop's web server should: files named by their content are immutable, the manifest is revalidated each
 * time (with 304 while unchanged), pages of every origin may read it, and text is compressed with brotli or gzip.
 */
export async function serveBundle(folder: string, port: number, host: string): Promise<BundleServer> {
  // A bundle may be rebuilt while it is served, so files are looked up on request.
  const send = folderSender(folder, missing, {
    extensions: [],
    setHeaders(response, name) {
      response.setHeader('Cache-Control', HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache');
      if (/\.(onnx|safetensors|bin)$/.test(name)) response.setHeader('Content-Type', 'application/octet-stream');
    },
  });
  const server = createServer((request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    // Every file is needed in full; a range under the same name would only confuse caches.
    delete request.headers.range;
    // A bundle is flat: nothing but the plain name of a file reaches the disk.
    const name = /^\/([a-z0-9][\w.-]*)$/i.exec(pathOf(request.url) ?? '')?.[1];
    if (name === undefined || !liesIn(folder, name)) return missing(response);
    // Answers without a body need the header as well.
    response.setHeader('Vary', 'Accept-Encoding');
    send(request, response);
  });
  return listen(server, port, host);
}

/**
 * The path of a request's raw address, still percent-encoded. Null for an address that browsers never send and that readers of
 * addresses read in different ways: one that is absolute, or has `#`, `\\`, empty or dot segments, or an encoded separator or control
 * character.
 */
export function pathOf(url = ''): string | null {
  const [, path] = /^(\/[^?#\\]*)(\?[^#]*)?$/.exec(url) ?? [];
  if (path === undefined || /\/\/|\/(\.|%2e){1,2}(\/|$)|%([01].|2f|5c|7f)/i.test(path)) return null;
  return percentDecoded(path) === null ? null : path;
}

const missing = (response: ServerResponse): void =>
  sayNo(response, 404, `There is no such file. Start at ${MANIFEST_FILE}.`);

export function sayNo(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${why}\n`);
}

/** Sends the files of a folder, which may change, compressed to clients that accept it. @param none answers for missing files */
export function folderSender(
  folder: string,
  none: (response: ServerResponse) => void,
  options?: Options,
): (request: IncomingMessage, response: ServerResponse, path?: string) => void {
  const files = sirv(folder, { dev: true, etag: true, ...options });
  const compress = compression();
  return (request, response, path = request.url) => {
    request.url = path;
    compress(request, response, () => files(request, response, () => none(response)));
  };
}

/** Whether a name leads, even through links, to a file in the folder that is not hidden. */
function liesIn(folder: string, name: string): boolean {
  try {
    const path = realpathSync(join(folder, name));
    return dirname(path) === realpathSync(folder) && !basename(path).startsWith('.');
  } catch {
    // There is no such file.
    return false;
  }
}

/** @param options that name another place @throws SidestreamError `runtime/invalid-input` if it cannot listen there */
export async function listen(server: Server, port: number, host: string, options = '--port or --host') {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `Cannot listen on ${host}, port ${port} (${messageOf(cause)}). Name another with ${options}.`;
      reject(invalidInput(message, { cause }));
    });
    server.listen(port, host, resolve);
  });
  server.removeAllListeners('error');
  const { port: actual } = server.address() as AddressInfo;
  return {
    address: `http://${host.includes(':') ? `[${host}]` : host}:${actual}/`,
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
