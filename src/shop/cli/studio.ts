import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Command } from 'commander';
import compression from 'compression';
import sirv from 'sirv';
import { DEFAULT_PRESETS } from '../../core/encoders';
import { SidestreamError } from '../../error';
import { addEncoder, isBuilt, PACKAGE_FOLDER } from '../bundler';
import { type BundleServer, listen, portNumber } from './serve';
import { encodersOption } from './shared-options';
import { elementFiles, FILES_LIST, SHARED_FILES } from './studio-files';
import { onShutdown } from './terminal';

interface StudioOptions {
  port: number;
  host: string;
  models: string;
}

/** `sidestream studio`: serves the page on which a shop makes its recommender in the browser, until a signal ends it. */
export function studioCommand(): Command {
  return new Command('studio')
    .description('serve Studio: a page that makes a bundle in the browser, with everything it needs')
    .option('--port <n>', 'port to listen on; 0 takes any free port', portNumber, 4190)
    .option('--host <name>', 'address to listen on; other machines need https in front of it', '127.0.0.1')
    .addOption(encodersOption())
    .action(async ({ port, host, models }: StudioOptions) => {
      const folders = { ...packageFolders(PACKAGE_FOLDER), models };
      if (!existsSync(join(folders.page, PAGE))) {
        const message = `The page of Studio is not in this package (${folders.page}). In a clone, run "npm run pack" first.`;
        throw new SidestreamError('runtime/invalid-input', message);
      }
      for (const preset of [DEFAULT_PRESETS.text, DEFAULT_PRESETS.image])
        if (!(await isBuilt(preset, models))) await addEncoder(preset.name, models, (line) => console.log(line));
      const { address, close } = await serveStudio(folders, port, host);
      const ended = onShutdown();
      console.log(`Studio: ${address}${PAGE}`);
      console.log('Everything happens in the browser: nothing is sent anywhere. End with Ctrl+C.');
      await ended;
      await close();
    });
}

const PAGE = 'studio.html';
const ENCODERS = '/encoders/';
const ELEMENT = '/sidestream/';

/** Folders of the package that Studio's page reads. */
export interface StudioFolders {
  page: string;
  /** The element's files, which a shop takes away. */
  element: string;
  /** Files of the command line, some of which the page needs too. */
  cli: string;
  models: string;
}

const packageFolders = (root: string): Omit<StudioFolders, 'models'> => ({
  page: join(root, 'lib', 'studio'),
  element: join(root, 'lib', 'cdn'),
  cli: join(root, 'lib', 'cli'),
});

/** File names that contain a digest of their content, which never changes. */
const HASHED = /-[\w-]{8}\.\w+$/;

/** Where the file of an address lies: a folder, and its address there. */
export function placeOf(path: string): { folder: keyof StudioFolders; path: string } {
  if (path.startsWith(ENCODERS)) return { folder: 'models', path: path.slice(ENCODERS.length - 1) };
  if (path.startsWith(ELEMENT)) return { folder: 'element', path: path.slice(ELEMENT.length - 1) };
  // The page's build names a file by its name and a digest.
  const [, stem, extension] = /^\/assets\/(.+)-[\w-]{8}(\.\w+)$/.exec(path) ?? [];
  const folder = SHARED_FILES[`${stem}${extension}`];
  return folder ? { folder, path: `/${stem}${extension}` } : { folder: 'page', path };
}

/** Serves Studio from the folders of the package. @param port 0: any free port */
export async function serveStudio(folders: StudioFolders, port: number, host: string): Promise<BundleServer> {
  const files = Object.fromEntries(
    Object.entries(folders).map(([name, folder]) => [name, sirv(folder, { dev: true, etag: true, extensions: [] })]),
  );
  const compress = compression();
  const list = JSON.stringify(await elementFiles(folders.element));
  const answer = (request: IncomingMessage, response: ServerResponse, path: string): void => {
    const place = placeOf(path);
    response.setHeader('Cache-Control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache');
    request.url = place.path;
    files[place.folder](request, response, () => missing(response));
  };
  const server = createServer((request, response) => {
    response.setHeader('X-Content-Type-Options', 'nosniff');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    const path = (request.url ?? '').split('?')[0];
    if (path === '/') response.writeHead(302, { Location: `/${PAGE}` }).end();
    else if (path === `${ELEMENT}${FILES_LIST}`)
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(list);
    else compress(request, response, () => answer(request, response, path));
  });
  return listen(server, port, host);
}

function missing(response: ServerResponse): void {
  response.writeHead(404, { 'Content-Type': 'text/plain' }).end(`There is no such file. Start at /${PAGE}.\n`);
}
