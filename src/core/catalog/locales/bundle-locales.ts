import { invalidBundle } from '../bundle/bundle-file';
import { type BundleShard, MANIFEST_FILE, type Manifest } from '../bundle/manifest';
import { bestLocale } from './locale-tag';

type Languages = Pick<Manifest, 'language' | 'locales'>;

/**
 * The additional language of a bundle that suits a reader best; null if the items' own language does, or no language.
 * @param wanted tag of the reader's language, if known
 */
export function localeFor({ language, locales = {} }: Languages, wanted: unknown): string | null {
  const tags = Object.keys(locales);
  const best = bestLocale(wanted, language === undefined ? tags : [language, ...tags]);
  return best !== null && Object.hasOwn(locales, best) && best !== language ? best : null;
}

/** The market whose offers a page in a language uses if it names no market; undefined: the default offers. */
export function marketFor(manifest: Languages, wanted: unknown): string | undefined {
  const locale = localeFor(manifest, wanted);
  return locale === null ? undefined : manifest.locales?.[locale]?.market;
}

/**
 * The text files of a language for the items that a page loads first, with the rows of those items.
 * @throws SidestreamError `bundle/invalid` when their number differs from the number of items files
 */
export function firstTexts({ locales, shards, clusters }: Manifest, tag: string): BundleShard[] {
  const files = locales?.[tag]?.files ?? [];
  const places = clusters ? [{ start: 0, count: clusters.head.count }] : shards.items;
  if (files.length !== places.length || !clusters !== !locales?.[tag]?.clusters) {
    throw invalidBundle(MANIFEST_FILE, `the texts in ${tag} do not match its items files`);
  }
  return files.map((file, n) => ({ ...file, start: places[n].start, count: places[n].count }));
}
