import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sidestream } from '../../../testing/commands';
import { rawAnswer } from '../../../testing/raw-request';
import type { BundleServer } from './serve';
import { type StudioFolders, serveStudio } from './studio';

const CONTENT: Readonly<Record<keyof StudioFolders, string[]>> = {
  page: ['studio.html', 'studio-service-worker.js', 'assets/index-a1B2c3D4.js'],
  element: ['sidestream.js'],
  encoders: ['ort-wasm-simd-threaded.asyncify.wasm'],
  cli: ['main.js', 'tfjs-backend-wasm-simd.wasm', 'static-DJnHZ-kE.js'],
  models: ['use-lite.onnx', 'use-lite.tokenizer.json', 'use-lite.preset.json', 'own-model.onnx', 'key.pem'],
};

let root: string;
let folders: StudioFolders;
let server: BundleServer;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'sidestream-'));
  const at = (folder: string): string => join(root, folder);
  folders = {
    page: at('page'),
    element: at('element'),
    encoders: at('encoders'),
    cli: at('cli'),
    models: at('models'),
  };
  for (const [folder, names] of Object.entries(CONTENT)) {
    await mkdir(join(root, folder, folder === 'page' ? 'assets' : ''), { recursive: true });
    for (const name of names) {
      const text = `${folder} ${name}`;
      if (folder === 'page') await writeFile(join(root, folder, `${name}.br`), brotliCompressSync(text));
      else await writeFile(join(root, folder, name), text);
    }
  }
  server = await serveStudio(folders, 0, '127.0.0.1');
});
afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

const get = (path: string, init?: RequestInit) => fetch(`${server.address}${path}`, init);

describe('serveStudio', () => {
  it('serves the page, and leads to it', async () => {
    const page = await get('');
    expect([page.url, await page.text()]).toEqual([`${server.address}studio.html`, 'page studio.html']);
    expect([page.headers.get('cache-control'), page.headers.get('content-encoding')]).toEqual(['no-cache', null]);
    const packed = await get('studio.html', { headers: { 'Accept-Encoding': 'gzip, br' } });
    expect([await packed.text(), packed.headers.get('content-encoding')]).toEqual(['page studio.html', 'br']);
    const worker = await get('studio-service-worker.js');
    expect([worker.headers.get('content-type'), worker.headers.get('cache-control')]).toEqual([
      'text/javascript',
      'no-cache',
    ]);
    expect((await get('assets/index-a1B2c3D4.js')).headers.get('cache-control')).toContain('immutable');
  });

  it('serves the encoders from their folder, and the element with a list of its files', async () => {
    expect(await (await get('encoders/use-lite.onnx')).text()).toBe('models use-lite.onnx');
    expect(await (await get('encoders/use-lite.tokenizer.json')).text()).toBe('models use-lite.tokenizer.json');
    expect(await (await get('sidestream/files.json')).json()).toEqual([
      { file: 'sidestream.js', bytes: 21 },
      { file: 'ort-wasm-simd-threaded.asyncify.wasm', bytes: 45 },
    ]);
    const runtime = await get('sidestream/ort-wasm-simd-threaded.asyncify.wasm');
    expect(await runtime.text()).toBe('encoders ort-wasm-simd-threaded.asyncify.wasm');
    expect(await (await get('sidestream/sidestream.js')).text()).toBe('element sidestream.js');
  });

  it('serves large files of the page from the folder that has them', async () => {
    const runtime = await get('assets/ort-wasm-simd-threaded.asyncify-D5D0fo7z.wasm');
    expect([await runtime.text(), runtime.headers.get('content-type')]).toEqual([
      'encoders ort-wasm-simd-threaded.asyncify.wasm',
      'application/wasm',
    ]);
    expect(await (await get('assets/tfjs-backend-wasm-simd-A-_4fo7z.wasm')).text()).toBe(
      'cli tfjs-backend-wasm-simd.wasm',
    );
    expect(await (await get('assets/static-DJnHZ-kE.js')).text()).toBe('cli static-DJnHZ-kE.js');
    expect((await get('assets/other-D5D0fo7z.wasm')).status).toBe(404);
  });

  it('serves nothing else', async () => {
    for (const path of [
      'encoders/../page/studio.html',
      'encoders/%2e%2e/cli/main.js',
      'cli/main.js',
      'main.js',
      'sidestream/',
      'encoders/',
      'encoders/use-lite.preset.json',
      'encoders/own-model.onnx',
      'encoders/key.pem',
      'encoders/key.pem?use-lite.onnx',
    ])
      expect((await get(path)).status, path).toBe(404);
    expect((await get('studio.html', { method: 'POST' })).status).toBe(405);
    for (const path of [
      '/encoders/key.pem#/use-lite.onnx',
      '/encoders/x/../key.pem',
      '//studio.html',
      '/sidestream/..#',
    ]) {
      const [head] = await rawAnswer(server.address, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(head, path).toMatch(/^HTTP\/1.1 404/);
    }
  });

  it('says in words that a port is taken', async () => {
    const port = Number(new URL(server.address).port);
    await expect(serveStudio(folders, port, '127.0.0.1')).rejects.toMatchObject({
      code: 'runtime/invalid-input',
      message: expect.stringContaining(`Cannot listen on 127.0.0.1, port ${port}`),
    });
  });
});

describe('sidestream studio', () => {
  it('says what to do if the package has no page of Studio', async () => {
    const run = await sidestream('studio', '--port', '0');
    expect(run.code).toBe(1);
    expect(run.err).toContain('npm run pack');
  });
});
