import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page } from '@playwright/test';
import { readMetricLog, totalsOf } from '../../packages/lab/verdict/metric-log';
import { CDN_FOLDER } from './global-setup';

const root = fileURLToPath(new URL('../..', import.meta.url));
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };
const FOLDERS: Record<string, string> = { sidestream: CDN_FOLDER, bundle: 'dist/bundle', images: 'dist/images' };

/** A shop as its host serves it: the pages of the plain example, the package, the demo's bundle, and an address that takes reports. */
export interface CountingShop {
  origin: string;
  /** Origin of another site. */
  elsewhere: string;
  /** Bodies of the reports that were stored. */
  lines: string[];
  /** Status with which the address for reports answers. */
  answer: number;
  /** The sums over all lines so far. */
  added(): Promise<ReturnType<typeof totals>>;
  close(): void;
}

/** Serves the shop on a free port, for this machine only. @param pages further pages of the test, by address */
export async function countingShop(pages: Record<string, string> = {}): Promise<CountingShop> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop');
    if (request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += chunk;
      if (shop.answer < 300) shop.lines.push(body);
      response.writeHead(shop.answer).end();
      return;
    }
    if (Object.hasOwn(pages, pathname)) {
      response.writeHead(200, { 'content-type': 'text/html' }).end(pages[pathname]);
      return;
    }
    const [, first, ...rest] = pathname.split('/');
    const folder = FOLDERS[first];
    const path = folder ? join(root, folder, ...rest) : join(root, 'examples/plain', first);
    try {
      const body = await readFile(path);
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const shop: CountingShop = {
    origin: `http://127.0.0.1:${port}`,
    elsewhere: `http://localhost:${port}/shop.css`,
    lines: [],
    answer: 204,
    async added() {
      const log = await readMetricLog([shop.lines.join('\n')]);
      expect(log.rejected).toEqual([]);
      return totals(log);
    },
    close: () => void server.close(),
  };
  return shop;
}

const totals = ({ days }: Awaited<ReturnType<typeof readMetricLog>>) => [...totalsOf(days).values()];

/** Says yes if the page asks for consent. */
export async function agree(page: Page): Promise<void> {
  if (await page.locator('#remember').isHidden()) return;
  await page.getByRole('button', { name: 'Yes' }).click();
  await expect(page.locator('#remember')).toBeHidden();
}

/** Hides the page, as a shopper who changes to another tab does. */
export const hide = (page: Page): Promise<void> =>
  page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    Reflect.deleteProperty(document, 'visibilityState');
  });
