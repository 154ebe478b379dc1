import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { Command } from '@commander-js/extra-typings';
import { categoryPrefixes, type Item, MANIFEST_FILE } from '../../../src/core/catalog';
import { codeOf, percentDecoded, pictureType } from '../../../src/core/common/text';
import { RULES_FILE } from '../../../src/device/ranking';
import { invalidInput, SidestreamError } from '../../../src/error';
import { PACKAGE_FOLDER } from '../../encoders/folders';
import { checkRules, openFolder, putRules, withBundle } from '../bundler';
import { type BundleServer, folderSender, listen, pathOf, portNumber, sayNo } from './serve';
import { untilShutdown } from './terminal';

export function editCommand() {
  return new Command('edit')
    .description('edit the rules of a bundle on a page of this machine, with a preview of the lists')
    .requiredOption('--bundle <folder>', 'folder of the bundle, in which rules.json is written')
    .option('--port <n>', 'port to listen on; 0 takes any free port', portNumber, 4191)
    .action(async ({ bundle, port }: { bundle: string; port: number }) => {
      const lib = join(PACKAGE_FOLDER, 'lib');
      const folders = { page: join(lib, 'editor'), element: join(lib, 'cdn'), bundle };
      if (!existsSync(join(folders.page, 'index.html'))) {
        const message = `The editor's page is not in this package (${folders.page}). In a clone, run "npm run pack" first.`;
        throw invalidInput(message);
      }
      const server = await serveEditor(folders, port);
      const access = 'Only this machine can open the page, at exactly this address. End with Ctrl+C.';
      await untilShutdown(server, `Rules of ${bundle}: ${server.address}`, access);
    });
}

const HOST = '127.0.0.1';
/** Maximum size of a request's body, bytes; a larger file of rules is refused by its check. */
const MAX_BODY = 1_000_000;
/** Maximum number of products that the page suggests by title. */
const MAX_PRODUCTS = 2000;
/** Maximum number of values of an attribute that the page suggests. */
const MAX_VALUES = 200;
const EMPTY = '{"version": 1, "rules": []}';

const POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; img-src 'self' http: https: data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Its address contains a secret: other pages and other users of this machine can neither read the rules nor write them. */
export async function serveEditor(
  { page, element, bundle }: Record<'page' | 'element' | 'bundle', string>,
  port: number,
): Promise<BundleServer> {
  const { items } = await openFolder(bundle);
  const catalog = catalogOf(items);
  const pictures = picturesOf(items);
  const token = randomBytes(16).toString('hex');
  const root = `/${token}`;
  const from = (folder: string) => folderSender(folder, (response) => sayNo(response, 404, 'no such file'));
  const files = { page: from(page), element: from(element), bundle: from(bundle) };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', headers } = request;
    const host = `${HOST}:${request.socket.localPort}`;
    const path = pathOf(request.url);
    // A foreign name that leads to this machine makes a foreign page a page of this server.
    if (headers.host !== host) return sayNo(response, 403, `open the address that the command printed, at ${host}`);
    const reads = method === 'GET' || method === 'HEAD';
    const inside = path?.startsWith(`${root}/`) ? path.slice(root.length) : null;
    if (!reads && (inside === null || headers.origin !== `http://${host}`))
      return sayNo(response, 403, 'only the page of the editor may do this');
    // The page asks for pictures at the root of the host as well; its own address, which it names, has the secret.
    const isFromPage = headers.referer?.startsWith(`http://${host}${root}/`) ?? false;
    if (path === null || (inside === null && !isFromPage))
      return sayNo(response, 404, 'no such file; open the address that the command printed');
    if (inside === '/rules.json' && reads) {
      const bytes = await rulesIn(bundle);
      response.setHeader('ETag', tagOf(bytes));
      return sendJson(response, 200, bytes?.toString() ?? EMPTY);
    }
    if (inside === '/rules.json' && method === 'PUT') {
      return save(bundle, await bodyOf(request), request, response);
    }
    if (inside === '/check' && method === 'POST')
      return sendJson(response, 200, await checkRules(await bodyOf(request), { bundle, now: Date.now() }));
    if (!reads) return sayNo(response, 405, 'not allowed');
    if (inside === '/catalog.json') return sendJson(response, 200, catalog);
    if (inside === `/bundle/${MANIFEST_FILE}`) {
      // The preview follows the rules of the draft instead of those that are published.
      const { rules: _, ...manifest } = JSON.parse(await readFile(join(bundle, MANIFEST_FILE), 'utf8'));
      return sendJson(response, 200, manifest);
    }
    if (inside?.startsWith('/bundle/')) return files.bundle(request, response, inside.slice('/bundle'.length));
    if (inside?.startsWith('/sidestream/')) return files.element(request, response, inside.slice('/sidestream'.length));
    if (inside !== null && /^\/(assets\/[\w.-]+)?$/.test(inside)) return files.page(request, response, inside);
    const picture = pictures.get(inside ?? path) ?? '';
    // Pictures have addresses relative to the shop's pages, in whose folder the bundle usually is.
    const bytes = await readFile(join(dirname(resolve(bundle)), picture)).catch(() => null);
    if (!bytes) return sayNo(response, 404, 'no such file');
    response.setHeader('Content-Type', pictureType(picture) ?? 'application/octet-stream');
    response.setHeader('Cache-Control', 'no-cache').end(bytes);
  };

  const server = createServer((request, response) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Content-Security-Policy', POLICY);
    // Hosts of pictures must not learn the address.
    response.setHeader('Referrer-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    answer(request, response).catch((thrown) => {
      const { code, message } = SidestreamError.from(thrown);
      if (response.headersSent) response.destroy();
      else sayNo(response, code === 'runtime/unexpected' ? 500 : 400, message);
    });
  });
  const { address, close } = await listen(server, port, HOST, '--port');
  return { address: `${address}${token}/`, close };
}

/** Writes the rules that a page sends, if they are valid and the file is still the one that the page has read. */
async function save(
  bundle: string,
  bytes: Uint8Array,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const checked = await checkRules(bytes, { bundle, now: Date.now() });
  if (checked.problems.some(({ level }) => level === 'error')) return sendJson(response, 422, checked);
  // Of two pages that save, also of two editors, the second one sees what the first has written.
  const saved = await withBundle(bundle, async () => {
    const current = request.headers['if-match'] === tagOf(await rulesIn(bundle));
    if (current) await putRules(bytes, bundle);
    return current;
  });
  if (!saved) return sayNo(response, 412, `${RULES_FILE} was changed by somebody else since this page read it`);
  response.setHeader('ETag', tagOf(bytes));
  sendJson(response, 200, checked);
}

async function rulesIn(bundle: string): Promise<Buffer | null> {
  try {
    return await readFile(join(bundle, RULES_FILE));
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return null;
    throw thrown;
  }
}

const tagOf = (bytes: Uint8Array | null): string =>
  `"${createHash('sha256')
    .update(bytes ?? EMPTY)
    .digest('hex')
    .slice(0, 32)}"`;

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    // The rest is read as well: who still sends would not see the answer.
    if (length <= MAX_BODY) parts.push(part);
  }
  if (length > MAX_BODY) throw invalidInput('The file of rules is too large.');
  return Buffer.concat(parts);
}

/** The files of the pictures that products name on this host, by their paths in requests. */
function picturesOf(items: readonly Item[]): Map<string, string> {
  const shop = 'http://shop.invalid';
  const files = new Map<string, string>();
  for (const address of items.flatMap(({ image, images = [] }) => [image ?? '', ...images])) {
    const url = URL.canParse(address, shop) ? new URL(address, shop) : null;
    const file = url?.origin === shop ? percentDecoded(url.pathname) : null;
    if (url && file && pictureType(file)) files.set(url.pathname, file);
  }
  return files;
}

/** The page's suggestions: products, categories with the broader ones, and attributes with their values. */
function catalogOf(items: readonly Item[]) {
  const categories = new Set(items.flatMap(({ category }) => categoryPrefixes(category)));
  const attributes = new Map<string, { list: boolean; values: Set<string | number | boolean> }>();
  for (const item of items) {
    for (const [name, value] of Object.entries(item.attributes)) {
      const known = attributes.get(name) ?? { list: Array.isArray(value), values: new Set() };
      attributes.set(name, known);
      for (const one of [value].flat()) if (known.values.size < MAX_VALUES) known.values.add(one);
    }
  }
  return {
    products: items.slice(0, MAX_PRODUCTS).map(({ id, title, category }) => ({ id, title, category })),
    categories: [...categories].sort(),
    attributes: [...attributes].map(([name, { list, values }]) => ({ name, list, values: [...values] })),
  };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
