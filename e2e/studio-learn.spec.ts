import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, type Page, test } from '@playwright/test';
import type { NodeTraining } from './support/node-training';
import { PAGES } from './support/ports';

let folder: string;
test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'studio-learn-'));
  tsx('log-bundle.ts', folder);
});
test.afterAll(() => rm(folder, { recursive: true }));

function tsx(script: string, ...args: string[]): string {
  return execFileSync('npx', ['tsx', join('e2e', 'support', script), ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Opens the page with a bundle in its private files. Its server also has the files of `shop`. */
async function open(page: Page, bundle = folder): Promise<void> {
  await page.route('**/shop/*', async (route) => {
    const path = join(bundle, route.request().url().split('/').at(-1) ?? '');
    await route.fulfill(existsSync(path) ? { body: await readFile(path) } : { status: 404 });
  });
  await page.goto(`${PAGES}/studio-learn.html`);
  await page.waitForFunction(() => 'studioLearn' in window);
  const files = (await readdir(bundle)).filter((name) => /\.(json|bin|onnx)$/.test(name));
  await page.evaluate((names) => window.studioLearn.putBundle('shop', names), files);
}

const readLog = (page: Page, file: string, name = file) =>
  page.evaluate(([path, named]) => window.studioLearn.readLog(`shop/${path}`, named), [file, name]);

function succeeded<T>(result: T | string): T {
  if (typeof result === 'string') throw new Error(result);
  return result;
}

test('learns from a log in a worker exactly as the command line does, and keeps both', async ({ page }) => {
  await writeFile(join(folder, 'events.csv.gz'), gzipSync(await readFile(join(folder, 'events.csv'))));
  const node: NodeTraining = JSON.parse(tsx('node-training.ts', folder, join(folder, 'events.csv')));
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await open(page);

  const read = succeeded(await readLog(page, 'events.csv.gz'));
  expect(read.report).toMatchObject({ events: 1922, shoppers: 160, unknown: 2, refusedCount: 1 });
  expect(read.report.unknownNote).toContain('"gone"');
  expect(read.report.refused).toEqual([expect.stringMatching(/^line 1924, field time: /)]);
  expect(read.report.notes[0]).toContain('user = customer email, item = product id, time = order date');
  const { done, total } = read.progress.at(-1) ?? {};
  expect(done).toBe(total);

  const trained = succeeded(await page.evaluate(() => window.studioLearn.train()));
  const { report, updates } = trained;
  expect(report).toMatchObject({ backend: 'wasm', stopped: false, shoppers: 152, keptEpoch: node.keptEpoch });
  expect(report.epochs).toHaveLength(node.reports.length);
  for (const [n, { loss, heldOut }] of node.reports.entries()) {
    expect(report.epochs[n].loss).toBeCloseTo(loss, 4);
    expect(report.epochs[n].hitRate).toBeCloseTo(heldOut?.hr10 ?? Number.NaN, 4);
  }
  // The four topics are easy to learn, and popularity knows nothing of them.
  expect(report.gain?.shoppers).toBe(8);
  expect(report.epochs[report.keptEpoch - 1].hitRate).toBeGreaterThan(report.popularity ?? 1);
  expect(updates[0].popularity).not.toBeNull();
  const epochs = node.reports.length;
  expect(updates.at(-1)?.epochs).toHaveLength(epochs);
  const stages = updates.map(({ progress }) => progress.stage);
  expect(stages).toContainEqual(expect.stringMatching(`^Epoch ${epochs} of at most `));
  expect(stages.at(-1)).toBe('Start weights');

  const stored = await page.evaluate(() => window.studioLearn.stored());
  expect(stored).toEqual({ log: read.report, learned: report });
  const kept = await page.evaluate(() => window.studioLearn.kept());
  expect(kept.events).not.toContain('example.com');
  expect(kept.events.split('\n')).toHaveLength(1923);
  expect(kept.log).toEqual(['events.jsonl.gz', 'learned.json', 'log.json']);
  for (const name of ['shard', 'head']) {
    expect(kept.bundle).toContainEqual(expect.stringMatching(new RegExp(`^${name}-[0-9a-f]{16}\\.bin$`)));
  }
  expect(requests.filter((url) => !url.startsWith(PAGES))).toEqual([]);
});

test('continues after a closed tab, and keeps the best epoch when it is stopped', async ({ page }) => {
  await open(page);
  succeeded(await readLog(page, 'events.csv'));
  await page.evaluate(() => void window.studioLearn.train());
  await expect
    .poll(async () => (await page.evaluate(() => window.studioLearn.kept())).log)
    .toContain('side-training.weights');
  await page.reload();
  await page.waitForFunction(() => 'studioLearn' in window);
  expect(await page.evaluate(() => window.studioLearn.stored())).toMatchObject({
    log: { events: 1922 },
    learned: null,
  });

  const { report, updates } = succeeded(await page.evaluate(() => window.studioLearn.train(2)));
  // It continues after the epochs of the closed tab, with the log that the browser kept.
  expect(updates.find(({ epochs }) => epochs.length > 0)?.epochs.length).toBeGreaterThan(0);
  expect(report.stopped).toBe(true);
  expect(report.epochs.length).toBeLessThan(12);
  expect(report.keptEpoch).toBeLessThanOrEqual(report.epochs.length);

  // The result belongs to the log before.
  succeeded(await readLog(page, 'events.csv'));
  expect(await page.evaluate(() => window.studioLearn.stored())).toMatchObject({ learned: null });
});

/** Lets the worker take the software adapter of the tests for a GPU, and lose it when the page says so. */
const WITH_GPU = `
const { requestAdapter } = GPU.prototype;
GPU.prototype.requestAdapter = async function (options) {
  const adapter = await requestAdapter.call(this, options);
  if (adapter) Object.defineProperty(adapter, 'info', { value: { architecture: '', isFallbackAdapter: false } });
  return adapter;
};
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor);
  new BroadcastChannel('gpu').onmessage = () => device.destroy();
  return device;
};
`;

test('trains on a GPU, and continues without it when it is lost', { tag: '@nightly' }, async ({ page }) => {
  await page.route('**/learn-worker-*.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${WITH_GPU}${await response.text()}` });
  });
  await open(page);
  succeeded(await readLog(page, 'events.csv'));
  const training = page.evaluate(() => window.studioLearn.train());
  await expect
    .poll(async () => (await page.evaluate(() => window.studioLearn.kept())).log, { timeout: 60_000 })
    .toContain('side-training.weights');
  await page.evaluate(() => new BroadcastChannel('gpu').postMessage('lost'));
  const { report, updates } = succeeded(await training);
  expect(updates.find(({ epochs }) => epochs.length > 0)?.backend).toBe('webgpu');
  expect(report).toMatchObject({ backend: 'wasm', stopped: false });
  // With the same length as without a GPU: the log decides it.
  expect(report.epochs.length).toBeGreaterThan(5);
});

test('refuses files that are no log in the words of the command line', async ({ page }) => {
  await writeFile(join(folder, 'cut.csv.gz'), gzipSync(await readFile(join(folder, 'events.csv'))).subarray(0, 500));
  await writeFile(join(folder, 'book.csv'), 'PK\u0003\u0004 and more');
  await open(page);
  expect(await page.evaluate(() => window.studioLearn.train())).toBe(
    'runtime/invalid-input: There is no log yet. Drop one first.',
  );
  expect(await readLog(page, 'cut.csv.gz')).toMatch(
    /^runtime\/invalid-input: The events cannot be read: .*drop it again/,
  );
  expect(await readLog(page, 'book.csv')).toMatch(/^runtime\/invalid-input: book\.csv is a ZIP archive/);
  expect(await page.evaluate(() => window.studioLearn.stored())).toEqual({ log: null, learned: null });
});
