import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { Command } from '@commander-js/extra-typings';
import { DEFAULT_PRESETS, type Preset } from '../../../src/core/encoders';
import { invalidInput } from '../../../src/error';
import { PACKAGE_FOLDER } from '../../encoders/folders';
import { addEncoder, isBuilt, modelFiles } from '../../encoders/hub';
import { encodersOption } from './options';
import { type BundleServer, folderSender, listen, pathOf, portNumber, sayNo } from './serve';
import { untilShutdown } from './terminal';

export interface StudioFolders {
  /** The page and its scripts; each file is compressed with brotli and has `.br` after its name. */
  page: string;
  element: string;
  /** The element's files that only encoders need. */
  encoders: string;
  cli: string;
  models: string;
}

/** Folders that may have a file of the page already, so that the package has it once. */
export const TWIN_FOLDERS = ['element', 'encoders', 'cli'] as const;

/** Names under which another folder may have a file of the page: the page's build puts a digest behind the name. */
export function twinNames(path: string): string[] {
  const [, name] = /^\/assets\/([\w.-]+)$/.exec(path) ?? [];
  return name === undefined ? [] : [name, name.replace(/-[\w-]{8}(\.\w+)$/, '$1')];
}

export const FILES_LIST = 'files.json';

export async function elementFiles(folder: string): Promise<{ file: string; bytes: number }[]> {
  const names = (await readdir(folder)).filter((name) => name !== FILES_LIST).sort();
  return Promise.all(names.map(async (file) => ({ file, bytes: (await stat(join(folder, file))).size })));
}

export function studioCommand() {
  return new Command('studio')
    .description('serve Studio: a page that makes a bundle in the browser, with everything it needs')
    .option('--port <n>', 'port to listen on; 0 takes any free port', portNumber, 4190)
    .option('--host <name>', 'address to listen on; other machines need https in front of it', '127.0.0.1')
    .addOption(encodersOption())
    .action(async ({ port, host, models }: { port: number; host: string; models: string }) => {
      const [page, element, encoders, cli] = ['studio', 'cdn', 'encoders', 'cli'].map((name) =>
        join(PACKAGE_FOLDER, 'lib', name),
      );
      const folders = { page, element, encoders, cli, models };
      if (!existsSync(join(folders.page, `${PAGE}.br`))) {
        throw invalidInput(
          `The page of Studio is not in this package (${folders.page}). In a clone, run "npm run pack" first.`,
        );
      }
      for (const preset of PRESETS)
        if (!(await isBuilt(preset, models))) await addEncoder(preset.name, models, (line) => console.log(line));
      const server = await serveStudio(folders, port, host);
      const privacy = 'Everything happens in the browser: nothing is sent anywhere. End with Ctrl+C.';
      await untilShutdown(server, `Studio: ${server.address}${PAGE}`, privacy);
    });
}

const PAGE = 'studio.html';
const ENCODERS = '/encoders/';
/** Encoders with which the page reads products. */
const PRESETS: readonly Preset[] = [DEFAULT_PRESETS.text, DEFAULT_PRESETS.image];
const MODELS = PRESETS.flatMap((preset) => modelFiles(preset).map(([file]) => file));
const ELEMENT = '/sidestream/';

/** File names that contain a digest of their content, which never changes. */
const HASHED = /-[\w-]{8}\.\w+$/;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

const decompress = promisify(brotliDecompress);

export async function serveStudio(folders: StudioFolders, port: number, host: string): Promise<BundleServer> {
  const from = (folder: keyof StudioFolders) => folderSender(folders[folder], missing, { extensions: [] });
  const send = { element: from('element'), encoders: from('encoders'), cli: from('cli'), models: from('models') };
  const encoders = await elementFiles(folders.encoders);
  const list = JSON.stringify([...(await elementFiles(folders.element)), ...encoders]);

  const answer = async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.setHeader('Cache-Control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    response.setHeader('Vary', 'Accept-Encoding');
    if (path === `${ELEMENT}${FILES_LIST}`) response.setHeader('Content-Type', 'application/json').end(list);
    else if (MODELS.some((file) => path === `${ENCODERS}${file}`))
      send.models(request, response, path.slice(ENCODERS.length - 1));
    else if (path.startsWith(ELEMENT)) {
      const name = path.slice(ELEMENT.length);
      const from = encoders.some(({ file }) => file === name) ? send.encoders : send.element;
      from(request, response, `/${name}`);
    } else if (!(await sendPage(folders.page, path, request, response))) {
      const [folder, name] = twinOf(folders, path) ?? [];
      if (folder && name) send[folder](request, response, `/${name}`);
      else missing(response);
    }
  };

  const server = createServer((request, response) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    const path = pathOf(request.url);
    if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    else if (path === null) missing(response);
    else if (path === '/') response.writeHead(302, { Location: `/${PAGE}` }).end();
    else answer(path, request, response).catch(() => response.destroy());
  });
  return listen(server, port, host);
}

/** Answers with a file of the page. @returns false if the page has no such file */
async function sendPage(
  folder: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (!/^\/(assets\/)?\w[\w.-]*$/.test(path)) return false;
  const bytes = await readFile(join(folder, `${path}.br`)).catch(() => null);
  if (!bytes) return false;
  response.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
  const accepts = /\bbr\b/.test(request.headers['accept-encoding']?.toString() ?? '');
  if (accepts) response.setHeader('Content-Encoding', 'br');
  const body = accepts ? bytes : await decompress(bytes);
  response.setHeader('Content-Length', body.length).end(body);
  return true;
}

/** The folder that has a file of the page already, and its name there. */
function twinOf(folders: StudioFolders, path: string): [(typeof TWIN_FOLDERS)[number], string] | undefined {
  for (const folder of TWIN_FOLDERS) {
    const name = twinNames(path).find((one) => existsSync(join(folders[folder], one)));
    if (name !== undefined) return [folder, name];
  }
  return undefined;
}

const missing = (response: ServerResponse): void => sayNo(response, 404, `There is no such file. Start at /${PAGE}.`);
