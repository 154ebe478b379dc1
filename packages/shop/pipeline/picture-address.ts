import type { Item } from '../../../src/core/catalog';
import { addressOfPath } from '../../../src/core/common/text';

/** Whether a product names its picture by an address that any machine can fetch. */
export const isFetched = (image: string): boolean => /^https?:\/\//i.test(image);

/**
 * The item as pages find its picture.
 * @param base what precedes the paths of picture files in their addresses, such as `/photos/`
 * @param path of the picture's file; null if none could be read: the picture is then left out, unless it is named by its path on the
 *   host, where pages may still find it
 */
export function withPicture({ image, ...item }: Item, base: string, path: string | null): Item {
  if (!image) return item;
  if (/^([a-z][a-z\d+.-]*:|\/\/)/i.test(image)) return { ...item, image };
  if (path !== null) return { ...item, image: `${base}${addressOfPath(path)}` };
  return image.startsWith('/') ? { ...item, image } : item;
}
