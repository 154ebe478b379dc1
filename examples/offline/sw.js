/**
 * Keeps a shop usable without a network: its pages, the scripts of Sidestream and the bundle. Both, the scripts and the bundle, are
 * replaced as a whole: a new one is downloaded beside the one in use, and the first page that is opened after its last file arrived
 * uses it.
 */

/** Pages, scripts and style sheets of yours that work offline from the first visit on; others do once they were seen. */
const SHOP = ['/', '/register.js'];

/** Number of other answers of your host that are kept, the latest; none with `Cache-Control: no-store`, such as an account's page. */
const MAX_KEPT = 300;

/**
 * What is replaced as a whole, by folder: the file that lists its files, and these files: the name, the SHA-256 or its first digits, and
 * whether it is kept only once it was used.
 */
const RELEASES = {
  '/sidestream/': {
    list: 'files.json',
    // The runtime of the encoders is kept once it was used.
    filesOf: ({ files }) =>
      Object.entries(files).map(([name, digest]) => [name, digest, /^(ort|onnxruntime)-/.test(name)]),
  },
  '/bundle/': { list: 'manifest.json', filesOf: (manifest) => filesIn(manifest), listsOf: listsIn },
};

/** Files in these folders that change by themselves. */
const LIVE = /\/(offers(-[a-z0-9-]+)?|rules)\.json$/;

/** The files that a manifest names, except the earlier manifest. Encoders are kept once they were used. */
function filesIn(value, key = '', isLate = false) {
  if (value === null || typeof value !== 'object' || key === 'previous') return [];
  const late = isLate || key === 'encoder';
  const own = typeof value.file === 'string' ? [[value.file, value.sha256, late]] : [];
  return [...own, ...Object.entries(value).flatMap(([name, part]) => filesIn(part, name, late))];
}

/** The lists of all other files, of a bundle that pages load as a whole; parts of a larger one are kept once they were used. */
function listsIn({ shards, photos = [], locales = {} }) {
  if (!shards.whole) return [];
  const texts = Object.values(locales).flatMap(({ files }) => files);
  const kinds = { shard: shards.files, photos, texts };
  return Object.entries(kinds).flatMap(([stem, lists]) => lists.map(({ file }) => [stem, file]));
}

/** The files of a list: 4 bytes for the size of each, then the first 8 of its SHA-256. */
function filesOfList(stem, bytes) {
  const digests = Array.from(bytes.subarray(bytes.length / 3), hex).join('');
  return (digests.match(/.{16}/g) ?? []).map((digest) => [`${stem}-${digest}.bin`, digest, false]);
}

self.addEventListener('install', (event) => {
  const install = async () => {
    await (await caches.open('shop')).addAll(SHOP);
    await download();
    await self.skipWaiting();
  };
  event.waitUntil(install());
});
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  const folder = Object.keys(RELEASES).find((path) => pathname.startsWith(path));
  if (folder && !LIVE.test(pathname)) event.respondWith(fromRelease(folder, event));
  else if (request.mode === 'navigate') {
    const note = (thrown) => console.info('Nothing new for offline use:', thrown);
    const switched = useNewest().catch(note);
    event.respondWith(switched.then(() => fromNetwork(event)));
    event.waitUntil(switched.then(download).catch(note));
  } else event.respondWith(fromNetwork(event));
});

/** Facts that outlive this worker: for each folder, the names of the caches in use and downloaded last. */
const read = async (key) => (await (await caches.open('state')).match(key))?.text();
const write = async (key, value) => (await caches.open('state')).put(key, new Response(value));

let downloads = Promise.resolve();
/** Downloads what is new, one after the other: a new bundle may need new scripts. */
function download() {
  const all = async () => {
    for (const folder of Object.keys(RELEASES)) await downloadRelease(folder);
  };
  const done = downloads.then(all);
  downloads = done.catch(() => undefined);
  return done;
}

async function downloadRelease(folder) {
  const { list, filesOf, listsOf } = RELEASES[folder];
  const answer = await fetch(folder + list, { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`${folder + list}: ${answer.status}`);
  const bytes = await answer.clone().arrayBuffer();
  const name = folder + new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).join('');
  if (name === (await read(`${folder}newest`))) return;
  const cache = await caches.open(name);
  // All of them or, if one is missing, none. Files that an earlier attempt has downloaded are right.
  const get = async (files) => {
    for (const [file, digest, isLate] of files) {
      const request = new Request(folder + file, { cache: 'no-cache' });
      if (isLate || (await cache.match(request))) continue;
      const kept = await keepChecked(cache, request, await fetch(request), digest);
      if (!kept) throw new Error(`${folder + file} is not the file that ${list} names`);
    }
  };
  const named = await answer.clone().json();
  await get(filesOf(named));
  for (const [stem, file] of listsOf?.(named) ?? []) {
    await get(filesOfList(stem, await contentOf(await cache.match(folder + file))));
  }
  await cache.put(folder + list, answer);
  await write(`${folder}newest`, name);
  const current = await read(`${folder}current`);
  if (!current) return write(`${folder}current`, name);
  // Open pages may still need files of the one in use.
  const old = (await caches.keys()).filter((key) => key.startsWith(folder) && key !== name && key !== current);
  await Promise.all(old.map((key) => caches.delete(key)));
}

/** A page that is opened uses what was downloaded last; within a page nothing is exchanged. */
async function useNewest() {
  for (const folder of Object.keys(RELEASES)) {
    const newest = await read(`${folder}newest`);
    if (newest) await write(`${folder}current`, newest);
  }
}

async function fromRelease(folder, event) {
  const { request } = event;
  const current = await read(`${folder}current`);
  if (!current) return fetch(request);
  const cache = await caches.open(current);
  const found = await cache.match(request, { ignoreSearch: true });
  if (found) return found;
  const older = await fromOlder(folder, request);
  const { list, filesOf } = RELEASES[folder];
  const file = new URL(request.url).pathname.slice(folder.length);
  const listed = new Map(filesOf(await (await cache.match(folder + list)).json()));
  // The manifest does not list the shards; the names of all files of a bundle have the first digits.
  const digest = listed.get(file) ?? /-([0-9a-f]{16})\.\w+$/.exec(file)?.[1];
  // The encoders' files, which a shop adds to the scripts, are not listed: the last ones serve only without a network.
  if (!digest) return older ?? fromNetwork(event);
  // What an earlier release has, too, is kept for this one.
  const response = older ?? (await fetch(request));
  const note = (thrown) => console.info('Not kept for offline use:', thrown);
  event.waitUntil(keepChecked(cache, request, response.clone(), digest).catch(note));
  return response;
}

/** A file that an earlier release has: it did not change, or an open page still needs it. */
async function fromOlder(folder, request) {
  for (const key of await caches.keys()) {
    const found = key.startsWith(folder) && (await (await caches.open(key)).match(request));
    if (found) return found;
  }
}

/**
 * Keeps a file that never changes under its name, if it is that file: hosts that answer everything with a page, and networks that ask
 * for a sign-in first, answer with 200 as well.
 * @param digest SHA-256 of its content, or the first digits of it
 * @returns whether it was the file
 */
async function keepChecked(cache, request, response, digest) {
  const bytes = await contentOf(response.clone());
  const actual = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  const isRight = response.status === 200 && Array.from(actual, hex).join('').startsWith(digest);
  if (isRight) await cache.put(request, response);
  return isRight;
}

/** The content of a file. Many files of a bundle are stored as gzip. */
async function contentOf(response) {
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const { body } = new Response(bytes);
  const content = new Response(body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
  // One that is torn has another digest.
  return content.then((whole) => new Uint8Array(whole)).catch(() => bytes);
}
const hex = (byte) => byte.toString(16).padStart(2, '0');

/** The network's answer, or the last one. */
async function fromNetwork(event) {
  const cache = await caches.open('shop');
  try {
    const response = await fetch(event.request);
    event.waitUntil(keep(cache, event.request, response));
    return response;
  } catch (thrown) {
    const found = await cache.match(event.request);
    if (found) return found;
    throw thrown;
  }
}

/** Keeps an answer; beside the page's work, because a full disk must not cost the page its answer. */
async function keep(cache, request, response) {
  if (response.status !== 200 || /no-store/.test(response.headers.get('Cache-Control'))) return;
  try {
    await cache.put(request, response.clone());
    const oldestFirst = await cache.keys();
    const tooMany = oldestFirst.slice(0, Math.max(0, oldestFirst.length - MAX_KEPT));
    await Promise.all(tooMany.map((key) => cache.delete(key)));
  } catch (thrown) {
    console.info('Not kept for offline use:', thrown);
  }
}
