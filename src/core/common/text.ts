/** `1 row`, `2 rows`, `2 categories`: a number with a noun. @param plural default: with an `s` */
export const counted = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;

/** `7 %` for a share of 0.07: without the digits that binary fractions add, as in 100 × 0.07 = 7.000000000000001. */
export const shareText = (share: number): string => `${Number((100 * share).toPrecision(5))} %`;

/** A text as the content of an HTML element, or as the value of a quoted attribute. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The message of a thrown value, which need not be an error. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

/** The code of a system error; empty if it has no code. */
export const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';

/** A percent-encoded text, decoded. Null if a percent sign is stray. */
export function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** The path of a file as part of an address: characters that would end or change the address are percent-encoded. */
export const addressOfPath = (path: string): string => path.replace(/[%#?]/g, encodeURIComponent);

const SUBTYPES: Readonly<Record<string, string>> = { jpg: 'jpeg', svg: 'svg+xml' };

/** Content type of a picture by the extension of its file. Null for a file of another kind. */
export function pictureType(path: string): string | null {
  const [, extension] = /\.(avif|bmp|gif|jpe?g|png|svg|webp)$/.exec(path.toLowerCase()) ?? [];
  return extension === undefined ? null : `image/${SUBTYPES[extension] ?? extension}`;
}

/** A text of an item, and the factor by which its words count. */
export interface WeightedText {
  text: string;
  /** Relative to the item's title, which has 1; above 0. */
  weight: number;
}

/** Name of the manifest, which names all other files of a bundle. */
export const MANIFEST_FILE = 'manifest.json';

/**
 * The start of a text, of at most `most` characters in the form in which encoders read it (NFKC): there, one character may
 * become 18, and the time for a text grows with them.
 */
export function startOf(text: string, most: number): string {
  const start = text.slice(0, most);
  if (start.normalize('NFKC').length <= most) return start;
  let [end, length] = [0, 0];
  for (const character of start) {
    length += character.normalize('NFKC').length;
    if (length > most) break;
    end += character.length;
  }
  return start.slice(0, end);
}

/** The first five of some names, and how many more there are. */
export const firstNames = (names: readonly (string | number)[]): string =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
