import dns from 'node:dns';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { serve, type TestServer } from '../../../testing/picture-server';
import { createPictures, type PictureOptions } from './pictures';

let folder: string;
let server: TestServer;
const PNG = { 'content-type': 'image/png' };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const pictures = (more: PictureOptions = {}) =>
  createPictures({
    cache: join(folder, 'cache'),
    timeout: 400,
    retries: 2,
    backoff: 10,
    maxBytes: 1000,
    allowPrivate: true,
    ...more,
  });
const asked = (path: string): number => server.asked.get(path)?.length ?? 0;
const text = async (bytes: Promise<Uint8Array>): Promise<string> => new TextDecoder().decode(await bytes);

it('fetches a picture, follows redirects and tries again when the server fails or is silent', async () => {
  server = await serve({
    '/good': (_, response) => response.writeHead(200, PNG).end('good'),
    '/moved': (_, response) => response.writeHead(302, { location: '/good' }).end(),
    '/second-try': (_, response, nth) =>
      nth === 1 ? response.writeHead(500).end() : response.writeHead(200, PNG).end('at last'),
    '/slow-once': (_, response, nth) =>
      nth === 1 ? response.writeHead(200, PNG).write('half') : response.writeHead(200, PNG).end('whole'),
    '/cut-once': (_, response, nth) => {
      response.writeHead(200, { ...PNG, 'content-length': '5' });
      if (nth === 1) response.write('cu', () => response.destroy());
      else response.end('whole');
    },
  });
  const { read, reachable } = pictures();
  const results = ['/good', '/moved', '/second-try', '/slow-once', '/cut-once'].map((path) =>
    text(read(server.base + path)),
  );
  expect(await Promise.all(results)).toEqual(['good', 'good', 'at last', 'whole', 'whole']);
  expect(asked('/second-try')).toBe(2);
  expect([reachable(`${server.base}/good`), reachable('a.png')]).toEqual([true, false]);
});

it('gives up within limits and says why', async () => {
  server = await serve({
    '/down': (_, response) => response.writeHead(503).end(),
    '/never': () => {},
    '/large': (_, response) => response.writeHead(200, { ...PNG, 'content-length': '1001' }).end('x'.repeat(1001)),
    '/endless': (_, response) => {
      response.writeHead(200, PNG);
      const more = () => response.destroyed || response.write('x'.repeat(100), () => setImmediate(more));
      more();
    },
    '/page': (_, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>'),
    '/loop': (_, response) => response.writeHead(302, { location: '/loop' }).end(),
    '/to-file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  });
  const { read } = pictures();
  const reason = (path: string) =>
    read(server.base + path).catch((error: Error) => error.message.replace(server.base, ''));
  expect(await reason('/down')).toBe('/down answered 503');
  expect(asked('/down')).toBe(3);
  expect(await reason('/never')).toBe('/never took longer than 0.4 s');
  expect(await reason('/large')).toBe('/large is larger than 0.001 MB');
  expect(await reason('/endless')).toBe('/endless is larger than 0.001 MB');
  expect(await reason('/page')).toBe('/page is text/html, not a picture');
  expect(await reason('/gone')).toBe('/gone answered 404');
  expect(asked('/gone')).toBe(1);
  expect(await reason('/loop')).toContain('redirect');
  expect(asked('/loop')).toBe(6);
  expect(await reason('/to-file')).toBe('file:///etc/passwd cannot be fetched: only http and https addresses can');
  expect(await reason(':1')).toContain('cannot be fetched');
  expect(await readdir(folder)).toEqual([]);
});

it('keeps pictures and fetches them again only when the server has newer ones', async () => {
  let version = 'one';
  server = await serve({
    '/tagged': (request, response) => {
      const etag = `"${version}"`;
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.writeHead(200, { ...PNG, etag }).end(version);
    },
    '/dated': (request, response) =>
      request.headers['if-modified-since']
        ? response.writeHead(304).end()
        : response.writeHead(200, { ...PNG, 'last-modified': 'Wed, 01 Jan 2025 00:00:00 GMT' }).end('dated'),
  });
  const both = ({ read } = pictures()) =>
    Promise.all(['/tagged', '/dated'].map((path) => text(read(server.base + path))));
  expect(await both()).toEqual(['one', 'dated']);
  expect(await both()).toEqual(['one', 'dated']);
  version = 'two';
  expect(await both()).toEqual(['two', 'dated']);
  expect(await both(pictures({ offline: true }))).toEqual(['two', 'dated']);
  expect(asked('/tagged')).toBe(3);
  await expect(pictures({ offline: true }).read(`${server.base}/new`)).rejects.toThrow('not been fetched before');

  // Half a file in the cache, from a machine that lost power, is not a picture.
  for (const name of await readdir(join(folder, 'cache'), { recursive: true })) {
    if (name.length > 10) await writeFile(join(folder, 'cache', name), '{"url":');
  }
  expect(await both()).toEqual(['two', 'dated']);
});

it('uses the earlier picture while the server is down or may not be asked, and says how many', async () => {
  let up = true;
  server = await serve({
    '/a': (_, response) => (up ? response.writeHead(200, PNG).end('a') : response.writeHead(502).end()),
    '/b': (_, response) => (up ? response.writeHead(200, PNG).end('b') : response.writeHead(410).end()),
  });
  const first = pictures();
  await Promise.all([first.read(`${server.base}/a`), first.read(`${server.base}/b`)]);
  up = false;
  const later = pictures();
  expect(await text(later.read(`${server.base}/a`))).toBe('a');
  expect(later.stale).toEqual({ unanswered: 1, notPublic: 0 });
  const refused = pictures({ allowPrivate: false });
  expect(await text(refused.read(`${server.base}/a`))).toBe('a');
  expect(refused.stale).toEqual({ unanswered: 0, notPublic: 1 });
  await expect(later.read(`${server.base}/b`)).rejects.toThrow('answered 410');
});

it('opens no more connections than allowed, and requests a picture that several items share once', async () => {
  let [open, most] = [0, 0];
  const answer = (_: unknown, response: ServerResponse) => {
    most = Math.max(most, ++open);
    setTimeout(() => {
      open--;
      response.writeHead(200, PNG).end('x');
    }, 20);
  };
  const names = Array.from({ length: 12 }, (_, i) => `/p${i}`);
  server = await serve(Object.fromEntries(names.map((name) => [name, answer])));
  const { read } = pictures({ parallel: 3, timeout: 5000 });
  await Promise.all([...names, ...names].map((name) => read(server.base + name)));
  expect(most).toBe(3);
  expect(names.map(asked)).toEqual(names.map(() => 1));
});

it('reads local names only below the folder, up to a maximum size', async () => {
  server = await serve({});
  await writeFile(join(folder, 'a.png'), 'a');
  await writeFile(join(folder, 'big.png'), 'x'.repeat(1001));
  const { read } = pictures({ folder });
  expect(await text(read('a.png'))).toBe('a');
  await expect(read('big.png')).rejects.toThrow('larger than 0.001 MB');
  await expect(read('../a.png')).rejects.toThrow('outside the image folder');
  await expect(read('file:///etc/passwd')).rejects.toThrow('is an address');
});

describe('a picture on this machine or in its network', () => {
  it.each([
    'http://127.0.0.1:PORT/a',
    'http://localhost:PORT/a',
    'http://2130706433:PORT/a',
    'http://0177.0.0.1:PORT/a',
    'http://0x7f000001:PORT/a',
    'http://127.1:PORT/a',
    'http://0.0.0.0:PORT/a',
    'http://[::1]:PORT/a',
    'http://[::]:PORT/a',
    'http://[::ffff:127.0.0.1]:PORT/a',
    'http://[::ffff:7f00:1]:PORT/a',
    'http://[::127.0.0.1]:PORT/a',
    'http://[64:ff9b::7f00:1]/a',
    'http://[64:ff9b:1::7f00:1]/a',
    'http://[2002:7f00:1::]/a',
    'http://[fe80::1]/a',
    'http://[fec0::1]/a',
    'http://[fd00::1]/a',
    'http://10.0.0.1/a',
    'http://172.16.0.1/a',
    'http://192.168.0.1/a',
    'http://169.254.169.254/latest/meta-data',
    'http://100.64.0.1/a',
    'https://127.0.0.1:PORT/a',
    'https://[::1]:PORT/a',
  ])('is not fetched: %s', async (address) => {
    server = await serve({ '/a': (_, response) => response.writeHead(200, PNG).end('secret') });
    const url = address.replace('PORT', new URL(server.base).port);
    const failed = await pictures({ allowPrivate: false })
      .read(url)
      .catch((error: Error) => error.message);
    expect(failed).toMatch(/is not a public address.*--allow-private/);
    expect(server.asked.size).toBe(0);
  });

  it('is not fetched by a name that resolves to it, and not retried', async () => {
    server = await serve({ '/a': (_, response) => response.writeHead(200, PNG).end('secret') });
    const { port } = new URL(server.base);
    // A hostile name server: a public address first, then this machine.
    const answer = (_: string, options: { all?: boolean }, done: (...answers: unknown[]) => void): void => {
      const addresses = [
        { address: '93.184.216.34', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ];
      if (options.all) done(null, addresses);
      else done(null, addresses[1].address, 4);
    };
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(answer as never);
    syncBuiltinESMExports();
    try {
      for (const host of ['pictures.example', 'localhost.']) {
        const read = pictures({ allowPrivate: false }).read(`http://${host}:${port}/a`);
        await expect(read).rejects.toThrow('is not a public address');
      }
      expect(lookup).toHaveBeenCalledTimes(2);
    } finally {
      lookup.mockRestore();
      syncBuiltinESMExports();
    }
    expect(server.asked.size).toBe(0);
  });
});
