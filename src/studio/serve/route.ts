import type { FolderName } from '../files/opfs';

/** Address of the bundle that Studio made, relative to its page. */
export const BUNDLE_ADDRESS = 'studio-files/bundle/';
/** Where items of the bundle name the pictures that Studio holds, relative to the page that shows them. */
export const IMAGE_BASE = 'images/';

/** A file that the service worker answers with. */
export interface ServedFile {
  folder: FolderName;
  name: string;
  type: string;
}

const FOLDERS = { [BUNDLE_ADDRESS]: 'bundle', [IMAGE_BASE]: 'pictures' } as const;

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
  if (method !== 'GET' || origin !== root.origin || !pathname.startsWith(root.pathname)) return null;
  const path = pathname.slice(root.pathname.length);
  for (const [address, folder] of Object.entries(FOLDERS)) {
    if (!path.startsWith(address) || path.length === address.length) continue;
    // The demo shop in the same folder has pictures of its own at that address.
    if (address === IMAGE_BASE && !isStudio(referrer, root)) return null;
    const name = decoded(path.slice(address.length));
    return name === null ? null : { folder, name, type: typeOf(name) };
  }
  return null;
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
