/**
 * Keeps a shop usable without a network: its pages, the scripts of Sidestream and the bundle. Both, the scripts and the bundle, are
 * replaced as a whole: a new one is downloaded beside the one in use, and the first page that is opened after its last file arrived
 * uses it.
 */

/** Pages, scripts and style sheets of yours that work offline from the first visit on; others do once they were seen. */
const SHOP = ['/', '/register.js'];

/** Number of other answers of your host that are kept, the latest; none with `Cache-Control: no-store`, such as an account's page. */
const MAX_KEPT = 300;

/** What is replaced as a whole, by folder: the file that lists its files, and which of them to download. */
const RELEASES = {
  '/sidestream/': {
    list: 'files.json',
    // Encoders and the inspector's charts are kept once they were used.
    filesOf: ({ files }) => Object.keys(files).filter((name) => !/^(ort|onnxruntime|plots)-/.test(name)),
  },
  '/bundle/': { list: 'manifest.json', filesOf: (manifest) => filesIn(manifest) },
};

/** Files in these folders that change by themselves. */
const LIVE = /\/(offers(-[a-z0-9-]+)?|rules)\.json$/;

/** Names of the files in a manifest, except those of the encoders and of earlier bundles. */
function filesIn(value, key = '') {
  if (value === null || typeof value !== 'object' || ['encoder', 'previous', 'head'].includes(key)) return [];
  const own = typeof value.file === 'string' ? [value.file] : [];
  return [...own, ...Object.entries(value).flatMap(([name, part]) => filesIn(part, name))];
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
  const { list, filesOf } = RELEASES[folder];
  const answer = await fetch(folder + list, { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`${folder + list}: ${answer.status}`);
  const bytes = await answer.clone().arrayBuffer();
  const name = folder + new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).join('');
  if (name === (await read(`${folder}newest`))) return;
  const cache = await caches.open(name);
  const files = new Set(filesOf(await answer.clone().json()));
  // All of them or, if one is missing, none.
  await cache.addAll([...files].map((file) => new Request(folder + file, { cache: 'no-cache' })));
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
  const current = await read(`${folder}current`);
  const cache = current && (await caches.open(current));
  const found = (await cache?.match(event.request, { ignoreSearch: true })) ?? (await caches.match(event.request));
  if (found) return found;
  const response = await fetch(event.request);
  if (cache) event.waitUntil(keep(cache, event.request, response));
  return response;
}

/** The network's answer, or the last one. */
async function fromNetwork(event) {
  const cache = await caches.open('shop');
  try {
    const response = await fetch(event.request);
    event.waitUntil(keep(cache, event.request, response, MAX_KEPT));
    return response;
  } catch (thrown) {
    const found = await cache.match(event.request);
    if (found) return found;
    throw thrown;
  }
}

/** Keeps an answer; beside the page's work, because a full disk must not cost the page its answer. */
async function keep(cache, request, response, most = Number.POSITIVE_INFINITY) {
  if (response.status !== 200 || /no-store/.test(response.headers.get('Cache-Control'))) return;
  try {
    await cache.put(request, response.clone());
    const oldestFirst = await cache.keys();
    const tooMany = oldestFirst.slice(0, Math.max(0, oldestFirst.length - most));
    await Promise.all(tooMany.map((key) => cache.delete(key)));
  } catch (thrown) {
    console.info('Not kept for offline use:', thrown);
  }
}
