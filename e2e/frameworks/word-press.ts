import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from './installed-app';

const run = promisify(execFile);
const PACKAGED = '/usr/share/wordpress';
const templates = fileURLToPath(new URL('templates/woocommerce/', import.meta.url));
/** Debian has servers where only its administrator looks for programs. */
const env = { ...process.env, PATH: [process.env.PATH, '/usr/sbin'].join(delimiter) };

/** Checks whether WordPress can run here. @returns null, or how to install what is missing */
export async function wordPressTrouble(): Promise<string | null> {
  const has = (command: string, args: string[]) =>
    run(command, args, { env }).then(
      ({ stdout }) => stdout,
      () => '',
    );
  const [modules, database] = await Promise.all([has('php', ['-m']), has('mariadbd', ['--version'])]);
  if (existsSync(join(PACKAGED, 'wp-load.php')) && modules.includes('mysqli') && database) return null;
  return 'skipped, because WordPress, PHP or MariaDB is missing: apt-get install -y wordpress wordpress-theme-twentytwentythree mariadb-server php-cli php-mysql';
}

/** WordPress from Debian's packages in a temporary folder, with its own database server and a stand-in for WooCommerce. */
export class WordPress {
  readonly origin: string;
  /** Its files, which are served. */
  readonly site: string;
  readonly #folder: string;
  readonly #servers: ChildProcess[] = [];

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.site = join(folder, 'site');
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** @param plugin folder of the plugin, which is not activated */
  static async start(plugin: string): Promise<WordPress> {
    const folder = await mkdtemp(join(tmpdir(), 'sidestream-wordpress-'));
    const shop = new WordPress(folder, await freePort());
    try {
      await shop.#startDatabase();
      await shop.#install(plugin);
      await shop.#serve();
    } catch (thrown) {
      const log = await shop.#log();
      await shop.close();
      throw new Error(`WordPress does not start: ${log.filter((line) => line.includes('Fatal')).at(-1) ?? ''}`, {
        cause: thrown,
      });
    }
    return shop;
  }

  /** Complaints of PHP about the plugin. */
  async complaints(): Promise<string[]> {
    return (await this.#log()).filter((line) => line.includes('plugins/sidestream'));
  }

  async #log(): Promise<string[]> {
    return (await readFile(join(this.#folder, 'debug.log'), 'utf8').catch(() => '')).split('\n');
  }

  async close(): Promise<void> {
    for (const server of this.#servers.reverse()) {
      if (server.exitCode !== null || server.pid === undefined) continue;
      const ended = new Promise((resolve) => server.once('exit', resolve));
      // PHP's server has started workers of its own.
      process.kill(-server.pid, 'SIGTERM');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async #startDatabase(): Promise<void> {
    const data = join(this.#folder, 'database');
    const user = userInfo().uid === 0 ? ['--user=root'] : [];
    const install = [
      '--no-defaults',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ];
    await run('mariadb-install-db', [...install, ...user], { env });
    const options = ['--no-defaults', `--datadir=${data}`, `--socket=${this.#socket}`, '--skip-networking', ...user];
    this.#spawn('mariadbd', options, {});
    const create = ['--no-defaults', '-uroot', '-S', this.#socket, '-e', 'create database wp'];
    await until('MariaDB', () => run('mariadb', create, { env }));
  }

  get #socket(): string {
    return join(this.#folder, 'database.sock');
  }

  async #install(plugin: string): Promise<void> {
    // Some of its libraries are links to other packages.
    await cp(PACKAGED, this.site, { recursive: true, dereference: true, filter: (path) => !path.endsWith('/akismet') });
    const plugins = join(this.site, 'wp-content', 'plugins');
    await cp(plugin, join(plugins, 'sidestream'), { recursive: true });
    await mkdir(join(plugins, 'stand-in'));
    await cp(join(templates, 'stand-in.php'), join(plugins, 'stand-in', 'stand-in.php'));
    await mkdir(join(this.site, 'wp-content', 'uploads'), { recursive: true });
    const constants = {
      ...{
        DB_NAME: 'wp',
        DB_USER: 'root',
        DB_PASSWORD: '',
        DB_HOST: `localhost:${this.#socket}`,
        DB_CHARSET: 'utf8mb4',
      },
      WP_HTTP_BLOCK_EXTERNAL: true,
      DISABLE_WP_CRON: true,
      AUTOMATIC_UPDATER_DISABLED: true,
      WP_DEBUG: true,
      WP_DEBUG_DISPLAY: false,
      WP_DEBUG_LOG: join(this.#folder, 'debug.log'),
    };
    const keys = ['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'].flatMap((name) => [`${name}_KEY`, `${name}_SALT`]);
    const lines = [
      ...Object.entries(constants).map(([name, value]) => `define('${name}', ${JSON.stringify(value)});`),
      ...keys.map((name) => `define('${name}', '${name} of a test');`),
      "$table_prefix = 'wp_';",
      "defined('ABSPATH') || define('ABSPATH', __DIR__ . '/');",
      "require_once ABSPATH . 'wp-settings.php';",
    ];
    await writeFile(join(this.site, 'wp-config.php'), `<?php\n${lines.join('\n')}\n`);
    await run('php', [join(templates, 'setup.php'), this.site, this.origin, join(templates, 'products.csv')], { env });
  }

  async #serve(): Promise<void> {
    // Addresses without a file are WordPress's.
    const router = join(this.#folder, 'router.php');
    const path = "$_SERVER['DOCUMENT_ROOT'] . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)";
    await writeFile(
      router,
      `<?php $path = ${path}; if (is_file($path) || is_file($path . '/index.php')) return false; require $_SERVER['DOCUMENT_ROOT'] . '/index.php';`,
    );
    const address = this.origin.replace('http://', '');
    this.#spawn('php', ['-S', address, '-t', this.site, router], { PHP_CLI_SERVER_WORKERS: '4' });
    await until('PHP', async () => {
      const { ok } = await fetch(this.origin);
      if (!ok) throw new Error('WordPress answers with an error.');
    });
  }

  #spawn(command: string, args: string[], more: Record<string, string>): void {
    this.#servers.push(spawn(command, args, { env: { ...env, ...more }, detached: true, stdio: 'ignore' }));
  }
}

/** Repeats an action until it succeeds. @throws its last error after half a minute */
async function until(name: string, action: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await action();
      return;
    } catch (cause) {
      if (tries === 150) throw new Error(`${name} does not answer.`, { cause });
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
