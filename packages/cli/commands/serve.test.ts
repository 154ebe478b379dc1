import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawAnswer } from '../../../testing/raw-request';
import { type BundleServer, pathOf, serveBundle } from './serve';

const WEIGHTS = 'weights '.repeat(1000);
const LONG = Array.from({ length: 300 }, (_, n) => ({ id: `item-${n}`, title: 'A red shoe' }));

let folder: string;
let server: BundleServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  await mkdir(join(folder, 'shop', '.hidden'), { recursive: true });
  await writeFile(join(folder, 'secret.json'), 'secret');
  await writeFile(join(folder, 'shop', '.hidden', 'file.json'), 'secret');
  await writeFile(join(folder, 'shop', '.env'), 'secret');
  await writeFile(join(folder, 'shop', 'manifest.json'), '{}');
  await writeFile(join(folder, 'shop', 'items-0123456789abcdef.json'), '[]');
  await writeFile(join(folder, 'shop', 'text-0123456789abcdef.onnx'), WEIGHTS);
  server = await serveBundle(join(folder, 'shop'), 0, '127.0.0.1');
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const get = (name: string, init?: RequestInit) => fetch(`${server.address}${name}`, init);

describe('serveBundle', () => {
  it('does not follow links that lead outside the folder', async () => {
    await symlink(join(folder, 'secret.json'), join(folder, 'shop', 'linked.json'));
    await symlink(join(folder, 'shop', '.env'), join(folder, 'shop', 'hidden.json'));
    await symlink('manifest.json', join(folder, 'shop', 'inside.json'));
    expect([(await get('linked.json')).status, (await get('hidden.json')).status]).toEqual([404, 404]);
    expect(await (await get('inside.json')).text()).toBe('{}');
    const through = join(folder, 'through');
    await symlink(join(folder, 'shop'), through);
    const other = await serveBundle(through, 0, '127.0.0.1');
    try {
      expect((await fetch(`${other.address}manifest.json`)).status).toBe(200);
    } finally {
      await other.close();
    }
  });

  it('lets browsers keep files with content-hashed names forever, and every page read them', async () => {
    const response = await get('items-0123456789abcdef.json');
    expect(await response.text()).toBe('[]');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'application/json',
      'access-control-allow-origin': '*',
    });
    const onnx = await get('text-0123456789abcdef.onnx');
    expect([await onnx.text(), onnx.headers.get('content-type')]).toEqual([WEIGHTS, 'application/octet-stream']);
  });

  it('makes browsers revalidate the manifest, answers 304 while it is unchanged, and serves a new one', async () => {
    const first = await get('manifest.json');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const etag = first.headers.get('etag') ?? '';
    const again = await get('manifest.json', { headers: { 'If-None-Match': etag } });
    expect([again.status, again.headers.get('access-control-allow-origin')]).toEqual([304, '*']);
    await writeFile(join(folder, 'shop', 'manifest.json'), '{"new": true}');
    const changed = await get('manifest.json', { headers: { 'If-None-Match': etag } });
    expect([changed.status, await changed.text()]).toEqual([200, '{"new": true}']);
  });

  it('sends text compressed to clients that accept it, and sets the Vary header', async () => {
    await writeFile(join(folder, 'shop', 'items-00112233445566ff.json'), JSON.stringify(LONG));
    const ask = async (name: string, encodings: string, more = '') => {
      const headers = `Host: x\r\nAccept-Encoding: ${encodings}\r\n${more}`;
      const [head, body] = await rawAnswer(
        server.address,
        `GET /${name} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`,
      );
      const header = (field: string) => new RegExp(`^${field}: (.*)\r$`, 'im').exec(head)?.[1];
      return { status: head.slice(9, 12), body, header };
    };
    const plain = await ask('items-00112233445566ff.json', 'identity');
    const [brotli, gzip] = [
      await ask('items-00112233445566ff.json', 'gzip, br'),
      await ask('items-00112233445566ff.json', 'gzip, br;q=0'),
    ];
    expect([plain, brotli, gzip].map(({ header }) => header('content-encoding'))).toEqual([undefined, 'br', 'gzip']);
    expect([plain, brotli, gzip].map(({ header }) => header('vary'))).toEqual(Array(3).fill('Accept-Encoding'));
    const etag = plain.header('etag');
    expect([etag, brotli.header('etag'), gzip.header('etag')]).toEqual([expect.stringMatching(/^W\//), etag, etag]);
    const same = await ask('items-00112233445566ff.json', 'br', `If-None-Match: ${etag}\r\n`);
    expect([same.status, same.header('vary'), same.body.length]).toEqual(['304', 'Accept-Encoding', 0]);
    for (const { body } of [brotli, gzip]) expect(body.length).toBeLessThan(plain.body.length / 5);
    const part = await ask('items-00112233445566ff.json', 'br', 'Range: bytes=2-3\r\n');
    expect([part.status, part.header('content-encoding')]).toEqual(['200', 'br']);
    const fetched = await get('items-00112233445566ff.json');
    expect(fetched.headers.get('content-encoding')).toMatch(/br|gzip/);
    expect(await fetched.json()).toEqual(LONG);
    const onnx = await ask('text-0123456789abcdef.onnx', 'gzip, br');
    expect([onnx.header('content-encoding'), onnx.body.toString()]).toEqual([undefined, WEIGHTS]);
  });

  it('sends a whole file, whatever range is requested', async () => {
    const response = await get('text-0123456789abcdef.onnx', { headers: { Range: 'bytes=2-3' } });
    expect([response.status, await response.text()]).toEqual([200, WEIGHTS]);
  });

  it.each([
    '/../secret.json',
    '/..%2Fsecret.json',
    '/%2e%2e/secret.json',
    '/..\\secret.json',
    '/x/../../secret.json',
    '/.env',
    '/.hidden/file.json',
    '/%00',
    '//secret.json',
    '/',
  ])('serves nothing for %s', async (path) => {
    const [answer, body] = await rawAnswer(
      server.address,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 404/);
    expect(body.toString()).not.toContain('secret');
  });

  it('accepts only reading requests', async () => {
    expect((await get('manifest.json', { method: 'POST' })).status).toBe(405);
    expect((await get('none.json')).status).toBe(404);
  });
});

describe('pathOf', () => {
  it.each(['/', '/a/b.png', '/a%20b%231%3F.png', '/a..b/...', '/%E4%BA%AC'])('is the path of %s', (path) => {
    expect([pathOf(path), pathOf(`${path}?a=/../b//c`)]).toEqual([path, path]);
  });

  it.each([
    '',
    '*',
    'a',
    'http://127.0.0.1/a',
    '//a',
    '/a//b',
    '/a#b',
    '/a?b#c',
    '/..',
    '/a/../b',
    '/./a',
    '/%2e%2E/a',
    '/.%2e/a',
    '/a\\b',
    '/a%5cb',
    '/a%2Fb',
    '/a%00',
    '/a%1f',
    '/a%7F',
    '/%',
    '/%ff',
  ])('is null for %s', (url) => expect(pathOf(url)).toBeNull());
});
