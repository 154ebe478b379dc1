import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubServer } from '../../../testing/hub-server';
import type { Meter } from '../../shop/pipeline';
import { HubRepo, type HubSettings, hubSettings } from './hub';

const REPO = 'some-owner/some-model';
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const SIZE = 1_500_000;
const BIG = Uint8Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >> 8)) & 255);

const BIG_FILE = Buffer.from(BIG);

let server: HubServer;
let folder: string;
let shown: { label: string; total: number; done: number }[];
const meter: Meter = {
  start: (label, total) => void shown.push({ label, total, done: 0 }),
  advance: (count) => {
    shown[shown.length - 1].done += count;
  },
  stop: () => {},
};
const settings = (change: Partial<HubSettings> = {}): HubSettings => ({
  endpoint: server.endpoint,
  token: undefined,
  offline: false,
  cache: folder,
  retryMs: 1,
  ...change,
});
const repo = (change: Partial<HubSettings> = {}, name = REPO) => new HubRepo(settings(change), name, 'main', meter);
const parts = async () => (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.part'));
const requests = (who: string) => server.log.filter((line) => line.includes(` ${who} `));

beforeEach(async () => {
  server = await HubServer.start();
  folder = await mkdtemp(join(tmpdir(), 'sidestream-hub-'));
  shown = [];
  server.repos.set(REPO, { commit: COMMIT, files: { 'config.json': '{"a":1}', 'onnx/model.onnx': BIG } });
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

describe('a file of the hub', () => {
  it('is fetched once, and lies where the hub’s own tools look for it', async () => {
    const path = await repo().file('onnx/model.onnx');
    expect(path).toBe(join(folder, `models--some-owner--some-model/snapshots/${COMMIT}/onnx/model.onnx`));
    expect(BIG_FILE.equals(await readFile(path ?? ''))).toBe(true);
    await repo().file('onnx/model.onnx');
    expect(requests('host')).toHaveLength(1);
    expect(shown).toEqual([{ label: 'model.onnx, kB', total: 1500, done: 1500 }]);
  });

  it('is null where the repository has none', async () => {
    expect(await repo().file('onnx/other.onnx')).toBeNull();
  });

  it('comes from the same commit as the others, which is reported', async () => {
    const one = repo();
    await one.file('config.json');
    expect(one.resolved).toBe(COMMIT);
    await one.file('onnx/model.onnx');
    expect(requests('hub').at(-1)).toContain(`/resolve/${COMMIT}/`);
  });

  it('shows the token to the hub, and not to the host of big files', async () => {
    server.repos.set(REPO, { commit: COMMIT, files: { 'model.onnx': BIG }, token: 'secret' });
    await repo({ token: 'secret' }).file('model.onnx');
    expect(requests('hub').every((line) => line.endsWith('Bearer secret'))).toBe(true);
    expect(requests('host')).toEqual([`GET host /${REPO}/model.onnx`]);
  });
});

describe('a broken download', () => {
  it('continues where the connection was cut', async () => {
    server.cuts = [600_000, 500_000];
    const path = await repo().file('onnx/model.onnx');
    expect(BIG_FILE.equals(await readFile(path ?? ''))).toBe(true);
    const [first, second, third, ...more] = requests('host').map((line) => Number(/bytes=(\d+)-/.exec(line)?.[1] ?? 0));
    expect([first, more]).toEqual([0, []]);
    // The last bytes before a cut may be lost in transit.
    expect(second).toBeGreaterThan(0);
    expect(second).toBeLessThanOrEqual(600_000);
    expect(third).toBeGreaterThan(second);
    expect(third - second).toBeLessThanOrEqual(500_000);
    expect(shown[0].done).toBe(1500);
  });

  it('is given up after some tries without a byte, and another run continues from there', async () => {
    server.cuts = [700_000, 0, 0, 0, 0, 0, 0];
    await expect(repo().file('onnx/model.onnx')).rejects.toMatchObject({
      code: 'encoder/download-failed',
      message: expect.stringContaining(' of 1.5 MB'),
    });
    const [part, ...others] = await parts();
    expect(others).toEqual([]);
    const { size } = await stat(join(folder, part));
    expect(size).toBeGreaterThan(0);
    server.cuts = [];
    server.log.length = 0;
    const path = await repo().file('onnx/model.onnx');
    expect(BIG_FILE.equals(await readFile(path ?? ''))).toBe(true);
    expect(requests('host')).toEqual([`GET host /${REPO}/onnx/model.onnx bytes=${size}-`]);
    expect(await parts()).toEqual([]);
  });

  it('starts over with a host that does not support ranges', async () => {
    server.cuts = [600_000];
    server.whole = true;
    const path = await repo().file('onnx/model.onnx');
    expect(BIG_FILE.equals(await readFile(path ?? ''))).toBe(true);
  });

  it('survives a hub that is overloaded for a moment', async () => {
    server.failures = [503, 429];
    expect(await repo().file('config.json')).not.toBeNull();
  });
});

describe('a file that is not what the hub says', () => {
  it('is deleted, big or small', async () => {
    server.wrongDigest = true;
    await expect(repo().file('onnx/model.onnx')).rejects.toMatchObject({ code: 'encoder/digest-mismatch' });
    expect(await parts()).toEqual([]);
    server.wrongDigest = false;
    server.cuts = [600_000, 0, 0, 0, 0, 0];
    await expect(repo().file('onnx/model.onnx')).rejects.toMatchObject({ code: 'encoder/download-failed' });
    const [part] = await parts();
    await writeFile(join(folder, part), new Uint8Array(600_000));
    await expect(repo().file('onnx/model.onnx')).rejects.toMatchObject({ code: 'encoder/digest-mismatch' });
  });
});

describe('a rejected request', () => {
  it('says what to do about terms and tokens', async () => {
    server.repos.set(REPO, { commit: COMMIT, files: {}, token: 'secret' });
    const without = repo().file('config.json');
    await expect(without).rejects.toMatchObject({
      code: 'encoder/forbidden',
      message: expect.stringContaining('HF_TOKEN'),
    });
    const wrong = repo({ token: 'other' }).file('config.json');
    await expect(wrong).rejects.toMatchObject({ code: 'encoder/forbidden' });
  });

  it('distinguishes a missing repository from a missing file', async () => {
    await expect(repo({}, 'some-owner/other').file('config.json')).rejects.toMatchObject({
      code: 'encoder/not-found',
      message: expect.stringContaining('repository'),
    });
  });
});

describe('without a connection', () => {
  it.each(['offline', 'unreachable'] as const)('the cache is enough (%s)', async (how) => {
    await repo().file('onnx/model.onnx');
    const change = how === 'offline' ? { offline: true } : { endpoint: 'http://127.0.0.1:9' };
    const requested = server.log.length;
    const later = repo(change);
    expect(await later.file('onnx/model.onnx')).toContain(COMMIT);
    expect(later.resolved).toBe(COMMIT);
    expect(await later.file('config.json')).toBeNull();
    expect(server.log).toHaveLength(requested);
  });

  it.each(['offline', 'unreachable'] as const)('an empty cache is reported (%s)', async (how) => {
    const change = how === 'offline' ? { offline: true } : { endpoint: 'http://127.0.0.1:9' };
    await expect(repo(change).file('config.json')).rejects.toMatchObject({ code: 'encoder/offline' });
  });
});

describe('the settings', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each<[Record<string, string>, Partial<HubSettings>]>([
    [
      { HF_HOME: '/h', HF_HUB_CACHE: '', HF_TOKEN: '', HF_HUB_OFFLINE: '' },
      { cache: '/h/hub', offline: false },
    ],
    [
      { HF_ENDPOINT: 'http://mirror/', HF_TOKEN: 't', HF_HUB_OFFLINE: '1', HF_HUB_CACHE: '/c' },
      { endpoint: 'http://mirror', token: 't', offline: true, cache: '/c' },
    ],
  ])('are the same as for the hub’s own tools', (variables, settings) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    expect(hubSettings()).toMatchObject(settings);
  });
});
