import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
/** Built before the tests by scripts/command-line.ts. */
export const COMMAND = join(root, '.cache/command-line/lib/cli/main.js');

export interface Run {
  code: number | null;
  out: string;
  err: string;
}

/** The command line as a user starts it; `ended` resolves when it ends, for whatever reason. */
export function startSidestream(...args: string[]): { child: ChildProcess; ended: Promise<Run> } {
  const child = spawn(process.execPath, [COMMAND, ...args]);
  const ended = new Promise<Run>((resolve, reject) => {
    let [out, err] = ['', ''];
    child.stdout.on('data', (data) => {
      out += data;
    });
    child.stderr.on('data', (data) => {
      err += data;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
  return { child, ended };
}

/** Runs the command line as a user does. */
export const sidestream = (...args: string[]): Promise<Run> => startSidestream(...args).ended;

/** A small shop: products with texts of about twenty words; every fourth product has a picture. */
export function shopFeed(count: number): string {
  const words = 'red blue cotton shirt with long sleeves for men steel hammer wooden chair hiking jacket shoe'.split(
    ' ',
  );
  const pictures = ['1f34e', '1f456', '1f438', '1f45f', '1f528', '1fa91', '1f9e3', '1f455'];
  const rows = Array.from({ length: count }, (_, n) => {
    const text = Array.from({ length: 20 }, (_, w) => words[(n * 7 + w * (1 + (n % 5))) % words.length]).join(' ');
    const picture = n % 4 === 0 ? { image: `${pictures[(n / 4) % pictures.length]}.webp` } : {};
    return JSON.stringify({ id: `item-${n}`, title: `Product ${n} ${text}`, category: words[n % 3], ...picture });
  });
  return `${rows.join('\n')}\n`;
}

/** Pictures that `shopFeed` names. */
export const SHOP_IMAGES = join(root, 'node_modules/@lobehub/fluent-emoji-3d/assets');

/** Waits until something holds. @throws Error after a minute */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const started = Date.now(); Date.now() - started < 60_000; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Waited a minute without success: ${what}`);
}
