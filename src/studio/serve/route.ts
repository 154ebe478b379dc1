import type { FolderName } from '../files/opfs';

/** Address of the bundle that Studio made, relative to its page. */
export const BUNDLE_ADDRESS = 'studio-files/bundle/';
/**
 * Where items of the bundle name the pictures that Studio holds: from the root of the host, because pages of any path show them.
 */
export const IMAGE_BASE = '/images/';

/** A file that the service worker answers with. */
export interface ServedFile {
  folder: FolderName;
  name: string;
  type: string;
}

/** Content types by extension. */
const TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  avif: 'image/avif',
  gif: 'image/gif',
  bmp: 'image/bmp',
  svg: 'image/svg+xml',
};

/**
 * The file that a request of a page in the scope is about; null if Studio has nothing to do with it: it then goes to the
 * network as if there were no service worker.
 * @param scope address of the folder with Studio's page
 */
export function routeOf(
  { url, method, referrer }: Pick<Request, 'url' | 'method' | 'referrer'>,
  scope: string,
): ServedFile | null {
  const { origin, pathname } = new URL(url);
  const root = new URL(scope);
  if (method !== 'GET' || origin !== root.origin) return null;
  // The demo shop on the same host has pictures of its own at that address.
  if (pathname.startsWith(IMAGE_BASE) && isStudio(referrer, root)) return servedFile('pictures', pathname, IMAGE_BASE);
  const bundle = `${root.pathname}${BUNDLE_ADDRESS}`;
  return pathname.startsWith(bundle) ? servedFile('bundle', pathname, bundle) : null;
}

function servedFile(folder: FolderName, pathname: string, address: string): ServedFile | null {
  const name = decoded(pathname.slice(address.length));
  return name === null || name === '' ? null : { folder, name, type: typeOf(name) };
}

/** Some hosts leave the extension of pages out. */
const isStudio = (referrer: string, root: URL): boolean =>
  URL.canParse(referrer) &&
  [`${root.pathname}studio.html`, `${root.pathname}studio`].includes(new URL(referrer).pathname);

const typeOf = (name: string): string =>
  TYPES[name.slice(name.lastIndexOf('.') + 1).toLowerCase()] ?? 'application/octet-stream';

/** Null for a stray percent sign. */
function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
