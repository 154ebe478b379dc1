import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BundleServer, serveBundle } from './bundle-server';

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
  await writeFile(join(folder, 'shop', 'text-0123456789abcdef.onnx'), 'weights');
  server = await serveBundle(join(folder, 'shop'), 0, '127.0.0.1');
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const get = (name: string, init?: RequestInit) => fetch(`${server.address}${name}`, init);

describe('serveBundle', () => {
  it('lets files of a content-hashed name be kept for good, and every page read them', async () => {
    const response = await get('items-0123456789abcdef.json');
    expect(await response.text()).toBe('[]');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'application/json',
      'access-control-allow-origin': '*',
    });
    const onnx = await get('text-0123456789abcdef.onnx');
    expect([await onnx.text(), onnx.headers.get('content-type')]).toEqual(['weights', 'application/octet-stream']);
  });

  it('has the manifest asked for again, answers 304 while it is the same, and sees a new one', async () => {
    const first = await get('manifest.json');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const etag = first.headers.get('etag') ?? '';
    const again = await get('manifest.json', { headers: { 'If-None-Match': etag } });
    expect([again.status, again.headers.get('access-control-allow-origin')]).toEqual([304, '*']);
    await writeFile(join(folder, 'shop', 'manifest.json'), '{"new": true}');
    const changed = await get('manifest.json', { headers: { 'If-None-Match': etag } });
    expect([changed.status, await changed.text()]).toEqual([200, '{"new": true}']);
  });

  it('gives a file whole, whatever part is asked for', async () => {
    const response = await get('text-0123456789abcdef.onnx', { headers: { Range: 'bytes=2-3' } });
    expect([response.status, await response.text()]).toEqual([200, 'weights']);
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
  ])('gives out nothing for %s', async (path) => {
    const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 404/);
    expect(answer).not.toMatch(/secret\n|\n\nsecret/);
  });

  it('only reads', async () => {
    expect((await get('manifest.json', { method: 'POST' })).status).toBe(405);
    expect((await get('none.json')).status).toBe(404);
  });
});

/** Sends what `fetch` would tidy up first. */
function raw(request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.address).port), '127.0.0.1', () => socket.write(request));
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
