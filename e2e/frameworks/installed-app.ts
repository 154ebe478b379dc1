import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { serve } from '../support/host';
import type { App } from './apps';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
// Tests in this process that use Vite have set NODE_ENV.
const { NODE_ENV: _, ...inherited } = process.env;
const environment = { ...inherited, NEXT_TELEMETRY_DISABLED: '1', NUXT_TELEMETRY_DISABLED: '1', CI: '1' };

/** Checks whether packages can be installed here. @returns null, or the reason why not */
export async function registryTrouble(): Promise<string | null> {
  const args = ['ping', '--fetch-retries', '0', '--fetch-timeout', '10000'];
  return run('npm', args, { cwd: tmpdir() }).then(
    () => null,
    ({ stderr, message }) =>
      `The package registry does not answer: ${
        String(stderr || message)
          .trim()
          .split('\n')[0]
      }`,
  );
}

/** Path of the packed tarball. @throws when nothing was packed */
export async function tarballPath(): Promise<string> {
  const folder = join(root, '.cache', 'package');
  const name = (await readdir(folder).catch(() => [])).find((file) => file.endsWith('.tgz'));
  if (!name) throw new Error('There is no tarball. Run "npm run package" first.');
  return join(folder, name);
}

/** The packages that an example develops with, at the versions of this repository. */
async function typesOf(example: string): Promise<Record<string, string>> {
  const [{ devDependencies: ours }, { devDependencies: theirs = {} }] = await Promise.all(
    [root, example].map(async (folder) =>
      JSON.parse(await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}')),
    ),
  );
  return Object.fromEntries(Object.keys(theirs).map((name) => [name, ours[name]]));
}

/** An app in a separate folder, installed by npm. */
export class InstalledApp {
  readonly folder: string;
  readonly #app: App;

  constructor(app: App, folder: string) {
    this.#app = app;
    this.folder = folder;
  }

  /** @param bundle folder with the bundle and its `photos`, whose contents become static files of the app */
  static async install(app: App, bundle: string): Promise<InstalledApp> {
    const folder = await mkdtemp(join(tmpdir(), `sidestream-${app.template ?? app.example}-`));
    const example = app.example === undefined ? null : join(root, 'examples', app.example);
    if (example)
      await cp(example, folder, { recursive: true, filter: (path) => !/[\\/](node_modules|\.next)$/.test(path) });
    if (app.template !== undefined)
      await cp(join(root, 'e2e', 'frameworks', 'templates', app.template), folder, { recursive: true });
    for (const [from, to] of Object.entries(app.moved ?? {})) {
      await mkdir(dirname(join(folder, to)), { recursive: true });
      await rename(join(folder, from), join(folder, to));
    }
    await cp(bundle, join(folder, app.files ?? 'public'), { recursive: true });
    // The feed from which a shop makes its own pages.
    await cp(join(bundle, '..', 'catalog.jsonl'), join(folder, 'catalog.jsonl'));
    const packages = { ...app.packages, ...(example ? await typesOf(example) : {}) };
    const dependencies = { ...packages, sidestream: `file:${await tarballPath()}` };
    const about = {
      name: 'a-shop',
      private: true,
      ...(app.template === 'next' ? {} : { type: 'module' }),
      ...app.settings,
      dependencies,
    };
    await writeFile(join(folder, 'package.json'), JSON.stringify(about));
    const installed = new InstalledApp(app, folder);
    // All runs share npm's own cache.
    await installed.#run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']);
    if (app.lists) {
      const files = app.files ?? 'public';
      const options = ['--out', `${files}/lists`, '--limit', '8', '--href-template', app.lists.href];
      await installed.#run('npx', ['--no-install', 'sidestream', 'lists', `${files}/bundle`, ...options]);
    }
    return installed;
  }

  /** @returns the output of the build */
  build(): Promise<string> {
    return this.#run('npx', ['--no-install', ...this.#app.build]);
  }

  /** Serves the built app. @returns its address, and a function that ends the server */
  async serve(): Promise<{ origin: string; close(): unknown }> {
    if ('folder' in this.#app.serve) return serve({ '/': join(this.folder, this.#app.serve.folder) });
    return this.#start(this.#app.serve.command);
  }

  /** Starts the development server. */
  dev(): Promise<{ origin: string; close(): unknown }> {
    return this.#start(this.#app.dev ?? []);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async #run(command: string, args: string[]): Promise<string> {
    const options = { cwd: this.folder, env: environment, maxBuffer: 1e8 };
    return run(command, args, options).then(
      ({ stdout, stderr }) => stdout + stderr,
      ({ stdout, stderr, message }) => {
        throw new Error(
          `${this.#app.name}: ${args.join(' ')} failed: ${String(message).split('\n')[0]}\n${stdout}\n${stderr}`,
        );
      },
    );
  }

  async #start([name, ...args]: string[]): Promise<{ origin: string; close(): unknown }> {
    const port = await freePort();
    const given = args.map((argument) => argument.replace('{port}', String(port)));
    // Not through npx, which does not pass signals on to the server.
    const file = name === 'node' ? given : [await this.#program(name), ...given];
    const child = spawn(process.execPath, file, {
      cwd: this.folder,
      env: { ...environment, PORT: String(port), HOST: 'localhost' },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
    // Some development servers serve their scripts only under this name.
    const origin = `http://localhost:${port}`;
    for (let tries = 0; ; tries++) {
      if (child.exitCode !== null || tries > 300) throw new Error(`${this.#app.name} does not serve: ${output}`);
      if (
        await fetch(origin).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        break;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    // A development server starts further processes, so the whole group is ended.
    return {
      origin,
      close: () => child.pid !== undefined && child.exitCode === null && process.kill(-child.pid, 'SIGKILL'),
    };
  }

  async #program(name: string): Promise<string> {
    const folder = join(this.folder, 'node_modules', name);
    const { bin } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    return join(folder, typeof bin === 'string' ? bin : bin[name]);
  }
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
