import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { writeBundle } from '../../../src/core/catalog';
import { bundleContent, makeItem } from '../../../testing/bundles';
import { inProcess } from '../../../testing/in-process';
import { rawAnswer } from '../../../testing/raw-request';
import { folderSink } from '../bundler';
import { serveEditor } from './rules-editor';
import type { BundleServer } from './serve';

let folder: string;
let bundle: string;
let server: BundleServer;
let folders: { page: string; element: string };
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sidestream-'));
  bundle = join(folder, 'shop', 'bundle');
  const [page, element] = [join(folder, 'page'), join(folder, 'element')];
  folders = { page, element };
  for (const path of [page, element, join(folder, 'shop', 'images')]) await mkdir(path, { recursive: true });
  await writeFile(join(page, 'index.html'), 'the page');
  await writeFile(join(element, 'sidestream.js'), 'the element');
  await writeFile(join(folder, 'shop', 'images', 'a.png'), 'a picture');
  await writeFile(join(folder, 'shop', 'images', '50% #1?.png'), 'another picture');
  for (const name of ['secret.txt', 'secret.png', '.env']) await writeFile(join(folder, 'shop', name), 'secret');
  const items = [
    makeItem('a', {
      category: 'Men/Shoes',
      attributes: { colour: 'red', tags: ['new', 'sale'] },
      image: 'images/a.png',
      images: [
        'images/none.png',
        '/.env',
        '/..%2fshop/secret.png',
        '../page/index.html',
        'http://a.example/secret.png',
      ],
    }),
    makeItem('b', { category: 'Men', attributes: { colour: 'blue' }, image: '/images/50%25 %231%3F.png' }),
  ];
  await writeBundle(await bundleContent(items), await folderSink(bundle));
  server = await serveEditor({ page, element, bundle }, 0);
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => rm(join(bundle, 'rules.json'), { force: true }));

const origin = (): string => new URL(server.address).origin;
const at = (path: string): string => `${server.address}${path}`;
const rules = (...entries: object[]): string => JSON.stringify({ version: 1, rules: entries });
const PIN = rules({ name: 'Top', pin: [{ itemId: 'a', position: 0 }] });

/** Writes rules as the page does. */
const put = async (body: string, headers: Record<string, string> = {}, address = at('rules.json')) => {
  const tag = (await fetch(at('rules.json'))).headers.get('etag') ?? '';
  return fetch(address, { method: 'PUT', body, headers: { Origin: origin(), 'If-Match': tag, ...headers } });
};
const written = () => readFile(join(bundle, 'rules.json'), 'utf8').catch(() => null);

it('serves the page, the element, pictures and the bundle without its published rules', async () => {
  expect(await (await fetch(at(''))).text()).toBe('the page');
  expect(await (await fetch(at('sidestream/sidestream.js'))).text()).toBe('the element');
  expect(await (await fetch(at('images/a.png'))).text()).toBe('a picture');
  const fromPage = { headers: { Referer: server.address } };
  const named = `${origin()}/images/50%25%20%231%3F.png`;
  const found = await fetch(named, fromPage);
  expect([await found.text(), found.headers.get('content-type')]).toEqual(['another picture', 'image/png']);
  expect((await fetch(named)).status).toBe(404);
  expect((await fetch(named, { headers: { Referer: `${origin()}/` } })).status).toBe(404);
  for (const path of ['secret.txt', 'secret.png', 'images/none.png', 'images/', 'images'])
    expect((await fetch(at(path))).status, path).toBe(404);
  expect(await (await fetch(at('catalog.json'))).json()).toMatchObject({
    products: [{ id: 'a', category: 'Men/Shoes' }, { id: 'b' }],
    categories: ['Men', 'Men/Shoes'],
    attributes: [
      { name: 'colour', list: false, values: ['red', 'blue'] },
      { name: 'tags', list: true, values: ['new', 'sale'] },
    ],
  });
  expect(await (await fetch(at('rules.json'))).json()).toEqual({ version: 1, rules: [] });
  expect((await put(PIN)).status).toBe(200);
  expect(JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8')).rules).toBe(true);
  expect(await (await fetch(at('bundle/manifest.json'))).json()).not.toHaveProperty('rules');
});

it('writes valid rules, which are then checked as the command does', async () => {
  expect((await put(PIN)).status).toBe(200);
  expect(await written()).toBe(PIN);
  expect(await (await fetch(at('rules.json'))).text()).toBe(PIN);
  expect((await inProcess('rules', 'check', join(bundle, 'rules.json'), '--bundle', bundle)).code).toBe(0);
});

it('refuses rules with errors and names them; a check writes nothing', async () => {
  const wrong = rules({ name: 'Sale', boost: [{ strength: 3 }] });
  const refused = await put(wrong);
  expect(refused.status).toBe(422);
  const { problems } = await refused.json();
  expect(problems).toEqual([expect.objectContaining({ level: 'error', rule: 'Sale', field: 'boost.0.filter' })]);
  for (const body of ['', '{', '[]']) expect((await put(body)).status).toBe(422);
  expect((await put(' '.repeat(1_100_000))).status).toBe(400);
  const vain = rules({ name: 'Top', pin: [{ itemId: 'x', position: 0 }] });
  const check = await fetch(at('check'), { method: 'POST', body: vain, headers: { Origin: origin() } });
  expect((await check.json()).problems).toEqual([expect.objectContaining({ level: 'warning', rule: 'Top' })]);
  expect(await written()).toBeNull();
});

it('refuses other origins, addresses without the secret, and foreign names of this machine', async () => {
  expect((await put(PIN, { Origin: 'https://other.example' })).status).toBe(403);
  expect((await put(PIN, { Origin: 'null' })).status).toBe(403);
  expect((await put(PIN, {}, `${origin()}/rules.json`)).status).toBe(403);
  expect((await fetch(at('check'), { method: 'POST', body: PIN })).status).toBe(403);
  expect((await fetch(`${origin()}/rules.json`)).status).toBe(404);
  expect((await fetch(`${origin()}/bundle/manifest.json`)).status).toBe(404);
  const { port, pathname } = new URL(server.address);
  const status = await new Promise((resolve) => {
    const headers = { Host: `other.example:${port}` };
    request({ host: '127.0.0.1', port, path: pathname, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end();
  });
  expect(status).toBe(403);
  expect(await written()).toBeNull();
});

it.each([
  '/.env#.png',
  '/.env%23.png',
  '/.env?.png',
  '/.env',
  '/secret.png',
  '/bundle/rules.json#.png',
  '/bundle/manifest.json#.png',
  '/images/../secret.png',
  '/images/%2e%2e/secret.png',
  '/..%2fshop/secret.png',
  '/images\\..\\secret.png',
  '/images/%5c..%5csecret.png',
  '//secret.png',
  '/images//a.png',
  '/images/a.png#',
  '/.env%00.png',
  'http://127.0.0.1/secret.png',
])('serves nothing for %s, with and without the secret', async (path) => {
  await writeFile(join(bundle, 'rules.json'), PIN);
  const { host, pathname } = new URL(server.address);
  const headers = `Host: ${host}\r\nConnection: close\r\n`;
  const withSecret = path.startsWith('/bundle/') ? [] : [`${pathname.slice(0, -1)}${path}`];
  for (const [url, more] of [
    [path, ''],
    [path, `Referer: ${server.address}\r\n`],
    ...withSecret.map((address) => [address, '']),
  ]) {
    const [head, body] = await rawAnswer(server.address, `GET ${url} HTTP/1.1\r\n${headers}${more}\r\n`);
    expect([head.slice(9, 12), body.toString()]).toEqual(['404', expect.stringContaining('no such file')]);
  }
});

it('does not overwrite what somebody else wrote meanwhile', async () => {
  await writeFile(join(bundle, 'rules.json'), rules());
  expect((await put(PIN, { 'If-Match': '"0"' })).status).toBe(412);
  expect(await written()).toBe(rules());
  // Two pages, or a button that is pressed twice.
  const both = await Promise.all([put(PIN), put(PIN)]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  expect(await written()).toBe(PIN);
});

it('does not overwrite what another editor of the same bundle writes at the same time', async () => {
  const { page, element } = folders;
  const other = await serveEditor({ page, element, bundle }, 0);
  const { origin: Origin } = new URL(other.address);
  for (let round = 0; round < 10; round++) {
    const tag = (await fetch(at('rules.json'))).headers.get('etag') ?? '';
    const body = rules({ name: `${round}`, diversity: 0.2 });
    const both = await Promise.all([
      put(rules({ name: `${round}`, diversity: 0.1 }), { 'If-Match': tag }),
      fetch(`${other.address}rules.json`, { method: 'PUT', body, headers: { Origin, 'If-Match': tag } }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
  }
  await other.close();
});

it('reports a port that is in use, and a folder without a bundle', async () => {
  const again = serveEditor({ page: folder, element: folder, bundle }, Number(new URL(server.address).port));
  await expect(again).rejects.toThrow(/EADDRINUSE.*Name another with --port\./);
  const run = await inProcess('rules', 'edit', '--bundle', join(folder, 'nothing'));
  expect(run.code).toBe(1);
});
