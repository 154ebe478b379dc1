import { detectLanguage } from './detect-language';
import { type LanguageSource, languageWarning } from './encoder-languages';
import type { CollectedFeed } from './read-feed';

/** The language of a catalogue, and whether its text encoder reads it. */
export interface CatalogLanguage {
  /** As a tag; undefined where it is not known. */
  language?: string;
  how: LanguageSource;
  /** A line for the user; null where the encoder reads the language, or one of both is not known. */
  warning: string | null;
}

/** Finds the language of a catalogue: the one that is stated, else the one that its feed says, else the one of its words. */
export async function catalogLanguage(
  { lang }: { lang?: string },
  { language: said, items }: Pick<CollectedFeed, 'language' | 'items'>,
  encoder: { name: string; languages?: readonly string[] },
): Promise<CatalogLanguage> {
  const how: LanguageSource = lang !== undefined ? 'stated' : said !== undefined ? 'feed' : 'words';
  const language = lang ?? said ?? (await detectLanguage(items));
  return { ...(language === undefined ? {} : { language }), how, warning: languageWarning(encoder, language, how) };
}
