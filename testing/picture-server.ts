import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestServer {
  /** `http://127.0.0.1:port` */
  base: string;
  /** Requests so far, by path. */
  asked: Map<string, IncomingMessage[]>;
  close(): Promise<void>;
}

/** A web server on this machine that answers the given paths, and all others with 404. */
export async function serve(
  paths: Record<string, (request: IncomingMessage, response: ServerResponse, nth: number) => void>,
): Promise<TestServer> {
  const asked: TestServer['asked'] = new Map();
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const before = asked.get(path) ?? [];
    asked.set(path, [...before, request]);
    const answer = paths[path];
    if (answer) answer(request, response, before.length + 1);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
