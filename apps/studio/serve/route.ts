import { percentDecoded, pictureType } from '../../../src/core/common/text';
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
  const picture = isStudio(referrer, root) ? nameBelow(IMAGE_BASE, pathname) : null;
  if (picture) return { folder: 'pictures', name: picture, type: typeOf(picture) };
  const name = nameBelow(`${root.pathname}${BUNDLE_ADDRESS}`, pathname);
  return name ? { folder: 'bundle', name, type: typeOf(name) } : null;
}

/** Path below `pictures` of the file that a product's picture is, for pages at the root of the host; null for any other picture. */
export function pictureName(image: string): string | null {
  const host = 'https://shop.invalid';
  const url = URL.canParse(image, host) ? new URL(image, host) : null;
  return url?.origin === host ? nameBelow(IMAGE_BASE, url.pathname) : null;
}

function nameBelow(address: string, pathname: string): string | null {
  return pathname.startsWith(address) ? percentDecoded(pathname.slice(address.length)) || null : null;
}

/** Some hosts leave the extension of pages out. */
const isStudio = (referrer: string, root: URL): boolean =>
  URL.canParse(referrer) &&
  [`${root.pathname}studio.html`, `${root.pathname}studio`].includes(new URL(referrer).pathname);

const typeOf = (name: string): string =>
  pictureType(name) ?? (name.endsWith('.json') ? 'application/json' : 'application/octet-stream');
