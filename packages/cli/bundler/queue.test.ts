import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { MANIFEST_FILE } from '../../../src/core/catalog';
import { DEFAULT_PRESETS } from '../../../src/core/encoders';
import { SHOP_IMAGES, shopFeed, startSidestream, until } from '../../../testing/commands';
import { nightly } from '../../../testing/nightly';
import { MODELS_FOLDER } from '../../encoders/hub/encoder-files';
import { buildBundle } from './build-bundle';
import { buildFolder } from './build-folder';
import { chunkQueue, queueRunner } from './queue';

vi.setConfig({ testTimeout: 240_000 });

const SERVER = ['valkey-server', 'redis-server'].find((name) => !spawnSync(name, ['--version']).error);
const source = { presets: DEFAULT_PRESETS, models: MODELS_FOLDER };
const ITEMS = 120;

let folder: string;
let server: ChildProcess;
let url: string;
const started: ChildProcess[] = [];

const build = (out: string, queue?: string) =>
  buildBundle({
    catalog: join(folder, 'catalog.jsonl'),
    images: SHOP_IMAGES,
    out: join(folder, out),
    imageBase: '',
    text: 'title-description',
    models: MODELS_FOLDER,
    encoders: false,
    workers: 1,
    queue,
    meter: { start() {}, advance() {}, stop() {} },
  });
const manifestOf = (out: string) => readFile(join(folder, out, MANIFEST_FILE), 'utf8');

function startWorker(): ReturnType<typeof startSidestream> {
  const worker = startSidestream('worker', '--queue', url, '--workers', '1');
  started.push(worker.child);
  return worker;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Jobs left in the queue of chunks. */
async function jobs(): Promise<Record<string, number>> {
  const queue = new Queue(chunkQueue(source), { connection: { url } });
  const counts = await queue.getJobCounts('waiting', 'active', 'completed', 'failed');
  await queue.close();
  return counts;
}

describe.skipIf(!SERVER)('a build over a queue (skipped without valkey-server or redis-server)', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
    await writeFile(join(folder, 'catalog.jsonl'), shopFeed(ITEMS));
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    server = spawn(SERVER ?? '', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder]);
    await until('the server answers', async () => {
      const queue = new Queue('probe', { connection: { url, maxRetriesPerRequest: 0, retryStrategy: () => null } });
      queue.on('error', () => {});
      const answers = await queue.waitUntilReady().then(
        () => true,
        () => false,
      );
      await queue.close().catch(() => {});
      return answers;
    });
    await build('alone');
  }, 240_000);
  afterAll(async () => {
    for (const child of [...started, server]) child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  nightly('loses nothing by a worker that is killed, and ends with the bytes of a build on one machine', async () => {
    const first = startWorker();
    const built = build('queued', url);
    const sample = join(buildFolder(join(folder, 'queued')), 'text-sample.cache');
    await until('a worker works', async () => ((await stat(sample).catch(() => null))?.size ?? 0) > 10_000);
    await until('it has a chunk at hand', async () => (await jobs()).active > 0);
    first.child.kill('SIGKILL');
    startWorker();
    expect(await built).toMatchObject({ items: ITEMS, encoded: ITEMS + 8 });
    expect(await manifestOf('queued')).toBe(await manifestOf('alone'));
    expect(await jobs()).toMatchObject({ waiting: 0, active: 0, completed: 0, failed: 0 });
    started.pop()?.kill('SIGKILL');
  });

  it('lets a worker finish its chunk when it is asked to end', async () => {
    const runner = await queueRunner(url, source, () => {});
    const inputs = Array.from({ length: 16 }, (_, n) => `${n} red shoes of leather, with a sole of rubber `.repeat(5));
    const outputs = runner.run({ modality: 'text', inputs }, null);
    const worker = startWorker();
    await until('it has the chunk', async () => (await jobs()).active === 1);
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toMatchObject({ code: 0 });
    expect(await outputs).toHaveLength(16);
    await runner.close();
  });

  it('uses results that workers made for an earlier build, and queues again what the server lost', async () => {
    const runner = await queueRunner(url, source, () => {});
    const chunk = { modality: 'text' as const, inputs: ['a red shoe'] };
    const queue = new Queue(chunkQueue(source), { connection: { url } });
    const outputs = runner.run(chunk, null);
    await until('the chunk waits', async () => (await jobs()).waiting === 1);
    await queue.drain();
    await until('it waits again', async () => (await jobs()).waiting === 1);
    await runner.close();
    const worker = startWorker();
    await until('it is encoded', async () => (await jobs()).completed === 1);
    worker.child.kill('SIGKILL');
    await queue.close();
    const next = await queueRunner(url, source, () => {});
    const [output] = await next.run(chunk, null);
    expect(output).toMatchObject({ bytes: expect.any(Uint8Array) });
    await next.close();
    // The closed runner no longer reports anything.
    void outputs;
  });

  it('reports an address that does not answer, without the password, and an invalid address', async () => {
    const port = await freePort();
    await expect(queueRunner(`redis://me:secret@127.0.0.1:${port}`, source, () => {})).rejects.toMatchObject({
      code: 'build/queue',
      message: expect.stringMatching(/^The queue at redis:\/\/me:\*\*\*@127.* cannot be used \(connect ECONNREFUSED/),
    });
    await expect(queueRunner('localhost', source)).rejects.toMatchObject({ code: 'build/queue' });
  });

  it('reports that no worker is connected', async () => {
    const said: string[] = [];
    const others = { ...source, presets: { ...source.presets, text: { ...source.presets.text, maxTokens: 7 } } };
    const runner = await queueRunner(url, others, (line) => said.push(line));
    await runner.close();
    expect(said).toEqual([expect.stringContaining(`sidestream worker --queue ${url}`)]);
  });
});

it('says what to install if the queue engine is missing', async () => {
  vi.doMock('ioredis', () => {
    throw new Error('Cannot find package');
  });
  await expect(queueRunner('redis://127.0.0.1:1', source)).rejects.toMatchObject({
    code: 'build/no-engine',
    message: expect.stringContaining('npm i bullmq ioredis'),
  });
  vi.doUnmock('ioredis');
});
