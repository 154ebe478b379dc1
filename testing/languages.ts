import { readdirSync } from 'node:fs';

const LOCALES = new URL('../src/core/labels/locales/', import.meta.url);

/** All languages with texts, each in its own file. */
export const LABEL_LANGUAGES: readonly string[] = readdirSync(LOCALES).map((file) => file.replace(/\.ts$/, ''));

/** The English texts by path, without the two forms of those that a language has in one. @param texts of the language */
export function expectedTexts(
  english: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, string>,
): Map<string, string> {
  const isSingle = (key: string): boolean => /\.(one|other)$/.test(key) && texts.has(key.replace(/\.\w+$/, ''));
  return new Map(
    [...english].flatMap(([key, text]): [string, string][] => {
      if (!isSingle(key)) return [[key, text]];
      return key.endsWith('.other') ? [[key.replace(/\.other$/, ''), text]] : [];
    }),
  );
}
