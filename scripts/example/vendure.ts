import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeDemoCatalog } from '../demo/catalogue';
import { digestOf, isStamped, listFiles, writeStamp } from '../start/stamp';

const IMAGES = 'public/images';
const ADMIN_PASSWORD = 'superadmin';
/** How often prices and stock are read, in milliseconds. */
const OFFERS_EVERY = 60_000;
const run = promisify(execFile);

/**
 * Installs the packages in the example's lock file: hundreds, none of which belong to this project.
 * @returns whether anything was missing
 */
export async function installVendure(example: string): Promise<boolean> {
  const digest = await digestOf([join(example, 'package-lock.json')]);
  const stamp = join(example, 'node_modules', 'installed.stamp');
  if (await isStamped(stamp, digest)) return false;
  console.log('Installing Vendure …');
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: example, maxBuffer: 1e8 });
  await writeStamp(stamp, digest);
  return true;
}

/** The demo's pictures; the shop uses some of them. */
export async function preparePictures(): Promise<void> {
  if ((await listFiles(IMAGES)).length === 0) {
    await makeDemoCatalog({ catalog: '.cache/demo/catalog.jsonl', images: IMAGES });
  }
}

/**
 * Starts the shop, builds its bundle, and then reads prices and stock every minute, as cron does in its README.
 * @returns its address
 */
export async function serveVendure(example: string, root: string, port: number): Promise<string> {
  const address = `http://localhost:${port}`;
  const env = {
    ADMIN_PASSWORD,
    ...process.env,
    PORT: String(port),
    SHOP_URL: address,
    PICTURES: join(root, IMAGES),
  };
  const start = (...args: string[]): ChildProcess =>
    spawn(process.execPath, args, { cwd: example, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const server = start('server/main.mjs');
  process.once('exit', () => server.kill());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`The shop ended with code ${code}. Its last lines say why.`)));
    let printed = '';
    server.stdout?.on('data', (data) => {
      process.stdout.write(data);
      printed += data;
      if (printed.includes(`Shop: ${address}`)) resolve();
    });
  });
  server.once('exit', (code) => process.exit(code ?? 1));
  await step('build');
  await step('offers');
  setInterval(() => void step('offers').catch(console.error), OFFERS_EVERY);
  return `${address}/`;

  async function step(name: 'build' | 'offers'): Promise<void> {
    const { stdout } = await run(process.execPath, ['catalogue.mjs', name], { cwd: example, env });
    // The same line every minute would hide the important ones.
    if (name === 'build') console.log(stdout.trim());
  }
}

/** Runs the test of the example. @returns its exit code */
export function testVendure(root: string): Promise<number> {
  const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  const args = [playwright, 'test', '--config', 'e2e/vendure/playwright.config.ts'];
  const env = { ...process.env, EXAMPLE_VENDURE: '1' };
  return new Promise((resolve, reject) => {
    spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit' })
      .once('error', reject)
      .once('exit', (code) => resolve(code ?? 1));
  });
}
