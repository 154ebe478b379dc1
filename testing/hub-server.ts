import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One repository on the server. */
export interface ServedRepo {
  commit: string;
  files: Record<string, Uint8Array | string>;
  /** Served only with this token. */
  token?: string;
}

/** Large files are on another host, as on the real hub. */
const BIG = 4096;

/** A model hub on this machine, with the protocol of the real one and with failures set by a test. */
export class HubServer {
  readonly repos = new Map<string, ServedRepo>();
  /** Every request: `GET hub /path`, with the range and whether it had a token. */
  readonly log: string[] = [];
  /** Bytes after which the file host's next answers break off, one entry per answer. */
  cuts: number[] = [];
  /** Errors that replace the hub's next answers, one entry per answer. */
  failures: number[] = [];
  /** Whether the file host ignores ranges. */
  whole = false;
  /** Whether the hub names a wrong digest for large files. */
  wrongDigest = false;
  readonly #servers: Server[] = [];
  #hub = '';
  #host = '';

  static async start(): Promise<HubServer> {
    const server = new HubServer();
    server.#hub = await server.#listen((request, response) => server.#answer(request, response));
    server.#host = await server.#listen((request, response) => server.#send(request, response));
    return server;
  }

  get endpoint(): string {
    return this.#hub;
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async #listen(handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
    const server = createServer(handler);
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  #note(who: string, { method, url, headers }: IncomingMessage): void {
    const { range, authorization } = headers;
    this.log.push([method, who, url, range, authorization].filter(Boolean).join(' '));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.#note('hub', request);
    const failure = this.failures.shift();
    const [, name, file] = /^\/([^/]+\/[^/]+)\/resolve\/[^/]+\/(.+)$/.exec(request.url ?? '') ?? [];
    const repo = this.repos.get(name);
    const fail = (status: number, code: string) => response.writeHead(status, { 'x-error-code': code }).end();
    if (failure) return void fail(failure, 'Trouble');
    if (!repo) return void fail(404, 'RepoNotFound');
    if (repo.token && request.headers.authorization !== `Bearer ${repo.token}`) return void fail(401, 'GatedRepo');
    const bytes = this.#bytes(name, file);
    if (!bytes) return void fail(404, 'EntryNotFound');
    response.setHeader('x-repo-commit', repo.commit);
    if (bytes.length < BIG) {
      const git = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
      response.writeHead(200, { etag: `"${git}"`, 'content-length': bytes.length });
      return void response.end(request.method === 'HEAD' ? undefined : bytes);
    }
    const digest = createHash('sha256').update(bytes).digest('hex');
    response.writeHead(302, {
      'x-linked-etag': `"${this.wrongDigest ? 'f'.repeat(64) : digest}"`,
      'x-linked-size': bytes.length,
      etag: '"of the redirect"',
      location: `${this.#host}/${name}/${file}`,
    });
    response.end();
  }

  #send(request: IncomingMessage, response: ServerResponse): void {
    this.#note('host', request);
    const [, name, file] = /^\/([^/]+\/[^/]+)\/(.+)$/.exec(request.url ?? '') ?? [];
    const bytes = this.#bytes(name, file) ?? new Uint8Array();
    const from = this.whole ? 0 : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const range = from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { ...range, 'content-length': bytes.length - from });
    const cut = this.cuts.shift();
    if (cut === undefined) return void response.end(bytes.subarray(from));
    // Ended rather than destroyed, so that the sent bytes arrive.
    response.flushHeaders();
    response.write(bytes.subarray(from, from + cut), () => response.socket?.end());
  }

  #bytes(repo: string, file: string): Uint8Array | undefined {
    const content = this.repos.get(repo)?.files[file];
    return typeof content === 'string' ? new TextEncoder().encode(content) : content;
  }
}
