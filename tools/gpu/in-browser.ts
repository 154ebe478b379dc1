import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright';
import * as v from 'valibot';
import { build } from 'vite';
import { serve } from '../../e2e/support/host';
import config from '../../playwright.config';
import { type Adapter, adapterSchema, collect, isSoftware, type Part, type Run } from './findings';
import type { Say, SizeName } from './host';

/** Options of a run. */
export interface Wanted {
  parts: readonly Part[];
  /** Default: tiny ones on a software adapter. */
  sizes?: SizeName;
  /** Use a software adapter even if there is hardware. */
  software: boolean;
  /** Folder for the build; the caller removes it. */
  folder: string;
}

const PLAIN = ['--no-sandbox', '--disable-quic', '--no-first-run', '--enable-unsafe-webgpu'];
/** Options with which headless Chromium finds Vulkan drivers on Linux. */
const VULKAN = ['--use-angle=vulkan', '--enable-features=Vulkan', '--disable-vulkan-surface', '--ignore-gpu-blocklist'];
const SOFTWARE = ['--use-webgpu-adapter=swiftshader'];

/** Options for each attempt to get an adapter, the best first. */
const attempts = (software: boolean): string[][] => [
  ...(software ? [] : [...(process.platform === 'linux' ? [VULKAN] : []), []]),
  SOFTWARE,
];

interface Opened {
  browser: Browser;
  page: Page;
  adapter: Adapter;
  options: string[];
}

/**
 * Measures in Chromium: on a hardware adapter if it gives one, else on SwiftShader.
 * @returns null if no attempt gave an adapter
 */
export async function measureInBrowser({ parts, sizes, software, folder }: Wanted, say: Say): Promise<Run | null> {
  say('building the page');
  await build({
    configFile: false,
    root: fileURLToPath(new URL('page/', import.meta.url)),
    base: './/',
    logLevel: 'error',
    build: { target: 'es2022', outDir: folder, emptyOutDir: true, chunkSizeWarningLimit: 5000 },
    worker: { format: 'es' },
  });
  const server = await serve({ '/': `${folder}/` });
  try {
    const opened = await open(`${server.origin}/index.html`, attempts(software), say);
    if (!opened) return null;
    const { browser, page, adapter, options } = opened;
    try {
      // A refused shader appears only in the console; the numbers may still look right.
      const complaints = new Set<string>();
      page.on('console', (message) => {
        say(message.text());
        if (message.type() === 'warning' || message.type() === 'error') complaints.add(message.text());
      });
      const chosen = sizes ?? (isSoftware(adapter) ? 'tiny' : 'full');
      const about = {
        host: `${browser.browserType().name()} ${browser.version()}`,
        adapter,
        sizes: chosen,
        started: options.join(' '),
      };
      const run = await collect(about, parts, (part) =>
        page.evaluate(([name, size]) => window.gpu.measure(name, size), [part, chosen] as const),
      );
      run.notes.push(...[...complaints].map((text) => `The browser's console: ${text}`));
      return run;
    } finally {
      await browser.close();
    }
  } finally {
    server.close();
  }
}

/** Opens the page with the first options that give a hardware adapter; else with the last, if they give one at all. */
async function open(address: string, tries: string[][], say: Say): Promise<Opened | null> {
  for (const more of tries) {
    const last = more === tries.at(-1);
    const name = more.join(' ') || 'no more options';
    try {
      const opened = await attempt(address, [...PLAIN, ...more]);
      say(`${name}: ${opened ? JSON.stringify(opened.adapter) : 'no adapter'}`);
      if (opened && (last || !isSoftware(opened.adapter))) return opened;
      await opened?.browser.close();
    } catch (thrown) {
      // A driver may crash the browser; the next options avoid it.
      if (last) throw thrown;
      say(`${name}: ${thrown instanceof Error ? thrown.message : thrown}`);
    }
  }
  return null;
}

/** @returns null without an adapter; the browser is then closed, as after an error */
async function attempt(address: string, options: string[]): Promise<Opened | null> {
  const browser = await chromium.launch({ executablePath: config.use?.launchOptions?.executablePath, args: options });
  let opened: Opened | null = null;
  try {
    const page = await browser.newPage();
    await page.goto(address);
    await page.waitForFunction(() => 'gpu' in window);
    const adapter = v.parse(v.nullable(adapterSchema), await page.evaluate(() => window.gpu.adapter()));
    if (adapter) opened = { browser, page, adapter, options };
    return opened;
  } finally {
    if (!opened) await browser.close();
  }
}
