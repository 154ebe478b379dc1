import { detectLanguage } from './detect-language';
import { type LanguageSource, languageWarning } from './encoder-languages';
import type { CollectedFeed } from './read-feed';

/** The language of a catalogue, and whether its text encoder reads it. */
export interface CatalogLanguage {
  /** Language tag; undefined if unknown. */
  language?: string;
  how: LanguageSource;
  /** A line for the user; null if the encoder reads the language, or if either is unknown. */
  warning: string | null;
}

/**
 * Finds the language of a catalogue: the stated one, otherwise the one that its feed names, otherwise the one detected from its
 * words.
 */
export async function catalogLanguage(
  { lang }: { lang?: string },
  { language: said, items }: Pick<CollectedFeed, 'language' | 'items'>,
  encoder: { name: string; languages?: readonly string[] },
): Promise<CatalogLanguage> {
  const how: LanguageSource = lang !== undefined ? 'stated' : said !== undefined ? 'feed' : 'words';
  const language = lang ?? said ?? (await detectLanguage(items));
  return { ...(language === undefined ? {} : { language }), how, warning: languageWarning(encoder, language, how) };
}
