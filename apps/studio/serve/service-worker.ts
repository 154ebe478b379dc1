import { studioFolder } from '../files/opfs';
import { routeOf, type ServedFile } from './route';

declare const self: ServiceWorkerGlobalScope;

// A new version has nothing to wait for: it keeps nothing.
self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  const served = routeOf(event.request, self.registration.scope);
  if (served) event.respondWith(answer(served));
});

async function answer({ folder, name, type }: ServedFile): Promise<Response> {
  const found = await (await studioFolder(folder)).fetch(name);
  // Files are replaced under their names: a browser must not keep them.
  return found.ok
    ? new Response(found.body, { headers: { 'Content-Type': type, 'Cache-Control': 'no-store' } })
    : found;
}
