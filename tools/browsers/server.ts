import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import ts from 'typescript';
import * as v from 'valibot';
import { type CheckResult, checkResultSchema } from './check-result';

const here = fileURLToPath(new URL('.', import.meta.url));
/** A report has some hundred bytes; a longer one is not ours. */
const MAX_REPORT_BYTES = 100_000;

export interface CheckServer {
  port: number;
  close(): void;
}

/**
 * Serves the page that checks a browser, the package's files and a bundle.
 * @param site folder with `sidestream/`
 * @param bundle folder of the bundle
 * @param onResult called with what a browser reports
 */
export async function serveCheck(
  site: string,
  bundle: string,
  { host, port, onResult }: { host: string; port: number; onResult: (result: CheckResult) => void },
): Promise<CheckServer> {
  const source = await readFile(new URL('check.ts', import.meta.url), 'utf8');
  const target = ts.ScriptTarget.ES2022;
  const script = ts.transpileModule(source, { compilerOptions: { target, module: ts.ModuleKind.ES2022 } }).outputText;
  const folders = { '/sidestream/': sirv(site, { dev: true }), '/bundle/': sirv(bundle, { dev: true }) };
  const page = sirv(here, { dev: true, extensions: [] });

  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    const missing = (): void => void response.writeHead(404).end();
    if (request.method === 'POST') {
      const result = v.safeParse(v.pipe(v.string(), v.parseJson(), checkResultSchema), await bodyOf(request));
      response.writeHead(result.success ? 204 : 400).end();
      if (result.success) onResult(result.output);
    } else if (path === '/check.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    else if (path === '/check.html' || path === '/check.css') page(request, response, missing);
    else {
      const folder = Object.entries(folders).find(([prefix]) => path.startsWith(prefix));
      if (!folder) return missing();
      request.url = path.slice(folder[0].length - 1);
      folder[1](request, response, missing);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const part of request) {
    body += part;
    if (body.length > MAX_REPORT_BYTES) return '';
  }
  return body;
}
