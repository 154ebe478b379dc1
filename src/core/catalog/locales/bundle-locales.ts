import { invalidBundle } from '../bundle/bundle-file';
import { type BundleShard, MANIFEST_FILE, type Manifest } from '../bundle/manifest';
import { bestLocale } from './locale-tag';

/** What a manifest says of languages. */
type Languages = Pick<Manifest, 'language' | 'locales'>;

/**
 * The further language of a bundle that suits a reader best; null where the items' own does, or none.
 * @param wanted tag of the reader's language, if known
 */
export function localeFor({ language, locales = {} }: Languages, wanted: unknown): string | null {
  const tags = Object.keys(locales);
  const best = bestLocale(wanted, language === undefined ? tags : [language, ...tags]);
  return best !== null && Object.hasOwn(locales, best) && best !== language ? best : null;
}

/** The market whose offers a page in a language uses where it names none; undefined: those of all pages. */
export function marketFor(manifest: Languages, wanted: unknown): string | undefined {
  const locale = localeFor(manifest, wanted);
  return locale === null ? undefined : manifest.locales?.[locale]?.market;
}

/**
 * The files of a language's texts beside the items that a page loads first, with the rows of those items.
 * @throws SidestreamError `bundle/invalid` when there are not as many as files of items
 */
export function firstTexts({ locales, shards, clusters }: Manifest, tag: string): BundleShard[] {
  const files = locales?.[tag]?.files ?? [];
  const places = clusters ? [{ start: 0, count: clusters.head.count }] : shards.items;
  if (files.length !== places.length || !clusters !== !locales?.[tag]?.clusters) {
    throw invalidBundle(MANIFEST_FILE, `the texts in ${tag} do not fit its files of items`);
  }
  return files.map((file, n) => ({ ...file, start: places[n].start, count: places[n].count }));
}
