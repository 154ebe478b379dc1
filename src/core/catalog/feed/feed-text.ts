import { invalidInput, SidestreamError } from '../../../error';
import { joinBytes } from '../../common/bytes';
import { FORMAT_HEAD } from './feed-format';

const BYTE_ORDER_MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
/** Number of bytes at the beginning that are searched for a declaration. */
const DECLARATION_BYTES = 2048;

interface TextOptions {
  /** WHATWG name, such as `windows-1252`. */
  encoding?: string;
  /** Makes the error for bytes that are invalid in the encoding; without it they become U+FFFD. */
  invalid?: InvalidText;
  /** Receives the encoding if it was guessed from the bytes. Without it, nothing is guessed. */
  onGuess?: (encoding: string) => void;
}

/**
 * Decodes the bytes of a feed by, in this order: a byte order mark, the given encoding, the declared one (XML declaration,
 * HTML meta element), UTF-16 if zero bytes indicate it, UTF-8; with `onGuess`, windows-1252 if the text is not UTF-8.
 * @throws SidestreamError `catalog/unreadable` for an unknown encoding
 */
export async function* feedText(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { encoding, invalid, onGuess }: TextOptions = {},
): AsyncGenerator<string> {
  const { first, all } = await peeked(chunks, DECLARATION_BYTES);
  const head = joinBytes(first);
  const mark = BYTE_ORDER_MARKS.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))?.[0];
  const stated = mark ?? encoding ?? declared(head) ?? unmarkedUtf16(head);
  if (stated === undefined && onGuess) yield* guessedText(all, onGuess);
  else yield* decodedText(all, stated ?? 'utf-8', invalid);
}

/** Makes an error. @param line 1-based @param encoding that the bytes were read in */
type InvalidText = (line: number, encoding: string) => Error;

async function* decodedText(chunks: AsyncIterable<Uint8Array>, label: string, invalid: InvalidText | undefined) {
  const decoder = decoderOf(label, false);
  const strict = invalid && decoderOf(label, true);
  let line = 1;
  const decode = (chunk?: Uint8Array): string => {
    // Node reads windows-1252 as Latin-1, without €, unless it is told that more follows.
    const options = { stream: chunk !== undefined };
    const text = decoder.decode(chunk, options);
    if (!strict) return text;
    try {
      strict.decode(chunk, options);
    } catch {
      throw invalid(line + lineEnds(text.split('\uFFFD', 1)[0]), decoder.encoding);
    }
    line += lineEnds(text);
    return text;
  };
  for await (const chunk of chunks) yield decode(chunk);
  yield decode();
}

/** Number of bytes, from the first one that is not ASCII, by which an encoding is guessed. */
const GUESSED_BYTES = 16_384;

/**
 * Decodes UTF-8, or windows-1252 if most characters beyond ASCII are not UTF-8 and the text looks Western. Whatever the size of
 * the chunks, the same bytes decide.
 */
async function* guessedText(chunks: AsyncIterable<Uint8Array>, onGuess: (encoding: string) => void) {
  const decoderFor = (bytes: Uint8Array, cut: boolean): TextDecoder => {
    if (!looksWestern(bytes.subarray(0, GUESSED_BYTES), cut)) return decoderOf('utf-8', false);
    onGuess('windows-1252');
    return decoderOf('windows-1252', false);
  };
  let decoder: TextDecoder | undefined;
  /** Bytes from the first one that is not ASCII, until there are enough to guess. */
  let held = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (decoder) {
      yield decoder.decode(chunk, { stream: true });
      continue;
    }
    const bytes = joinBytes([held, chunk]);
    let start = 0;
    while (start < bytes.length && bytes[start] < 128) start++;
    yield decoderOf('utf-8', false).decode(bytes.subarray(0, start));
    held = bytes.slice(start);
    if (held.length < GUESSED_BYTES) continue;
    decoder = decoderFor(held, true);
    yield decoder.decode(held, { stream: true });
  }
  if (!decoder) {
    decoder = decoderFor(held, false);
    yield decoder.decode(held, { stream: true });
  }
  yield decoder.decode();
}

/** Signs that Western texts rarely have: controls, symbols inside words, runs of characters that are not ASCII. */
const STRANGE = /[\u0080-\u009f]|(?<=\p{L})[¡-¿](?=\p{L})|[^\0-\x7f]{3,}/gu;
/** Share of strange characters up to which a text counts as Western. */
const STRANGE_SHARE = 0.1;

/** Whether bytes are windows-1252 rather than UTF-8 or an encoding of another script. @param cut whether more bytes follow */
function looksWestern(bytes: Uint8Array, cut: boolean): boolean {
  const beyond =
    decoderOf('utf-8', false)
      .decode(bytes, { stream: cut })
      .match(/[^\0-\x7f]/g) ?? [];
  const invalid = beyond.filter((sign) => sign === '\uFFFD').length;
  if (invalid * 2 <= beyond.length) return false;
  const western = decoderOf('windows-1252', false).decode(bytes, { stream: true });
  const strange = (western.match(STRANGE) ?? []).join('').length;
  return strange <= STRANGE_SHARE * (western.match(/[^\0-\x7f]/g) ?? []).length;
}

function lineEnds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The beginning of a text, from which its format is detected, and the whole text including its beginning. */
export async function peekText(chunks: AsyncIterable<string>): Promise<{ head: string; all: AsyncGenerator<string> }> {
  const { first, all } = await peeked(chunks, FORMAT_HEAD);
  return { head: first.join('').slice(0, FORMAT_HEAD), all };
}

/** The first chunks, of at least that length together, and all chunks including these. */
async function peeked<T extends { length: number }>(chunks: AsyncIterable<T> | Iterable<T>, least: number) {
  const source = (async function* () {
    yield* chunks;
  })();
  const first: T[] = [];
  for (let length = 0; length < least; length += first[first.length - 1].length) {
    const next = await source.next();
    if (next.done) break;
    first.push(next.value);
  }
  async function* all(): AsyncGenerator<T> {
    try {
      yield* first.splice(0);
      yield* source;
    } finally {
      await source.return();
    }
  }
  return { first: [...first], all: all() };
}

function decoderOf(label: string, fatal: boolean): TextDecoder {
  try {
    return new TextDecoder(label, { fatal });
  } catch (cause) {
    throw new SidestreamError('catalog/unreadable', `Unknown encoding "${label}"; name one such as windows-1252.`, {
      cause,
    });
  }
}

function declared(head: Uint8Array): string | undefined {
  const ascii = String.fromCharCode(...head.subarray(0, DECLARATION_BYTES));
  const label =
    /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)/i.exec(ascii)?.[1] ??
    /<meta[^>]*charset\s*=\s*["']?([\w.:-]+)/i.exec(ascii)?.[1];
  // A declaration that can be read byte by byte is not UTF-16, whatever it declares.
  return label && /^utf-?16/i.test(label) ? undefined : label;
}

function unmarkedUtf16(head: Uint8Array): string | undefined {
  if (head.length < 4) return undefined;
  if (head[0] !== 0 && head[1] === 0 && head[2] !== 0 && head[3] === 0) return 'utf-16le';
  if (head[0] === 0 && head[1] !== 0 && head[2] === 0 && head[3] !== 0) return 'utf-16be';
  return undefined;
}

export interface FeedLine {
  /** 1-based. */
  line: number;
  /** Without line end; null when the line was longer than the limit. */
  text: string | null;
}

/**
 * Splits chunks of text, which may end anywhere, into lines at LF or CRLF, and drops a leading byte order mark. Keeps blank
 * lines, which a table may have inside its cells. In memory are only the lines that end in a chunk.
 */
export async function* splitLines(
  chunks: AsyncIterable<string> | Iterable<string>,
  maxLength: number,
): AsyncGenerator<FeedLine[]> {
  let [rest, line, tooLong, begun] = ['', 1, false, false];
  const finish = (end: string): FeedLine => {
    const text = rest + end;
    const whole = !tooLong && text.length <= maxLength;
    [rest, tooLong] = ['', false];
    return { line: line++, text: whole ? (text.endsWith('\r') ? text.slice(0, -1) : text) : null };
  };
  for await (const chunk of chunks) {
    const [last, ...ended] = (begun ? chunk : chunk.replace(/^\uFEFF/, '')).split('\n').reverse();
    begun ||= chunk.length > 0;
    yield ended.reverse().map(finish);
    rest += last;
    if (rest.length <= maxLength) continue;
    tooLong = true;
    rest = '';
  }
  if (rest !== '' || tooLong) yield [finish('')];
}

/** First bytes of non-text files. */
const BINARY: readonly (readonly [readonly number[], string])[] = [
  [
    [0x50, 0x4b, 0x03, 0x04],
    'a ZIP archive, as a workbook (.xlsx) is too. Save the sheet as CSV, or unpack the archive',
  ],
  [[0xd0, 0xcf, 0x11, 0xe0], 'an old workbook (.xls). Save the sheet as CSV'],
  [[0xff, 0xd8, 0xff], 'a picture (JPEG), not a table'],
  [[0x89, 0x50, 0x4e, 0x47], 'a picture (PNG), not a table'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF, not a table'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed with zstd. Decompress it first, with “zstd -d”'],
];

/** Kind of a file that is not text, and advice, by its first bytes; undefined for other files. */
const binaryKind = (start: Uint8Array): string | undefined =>
  BINARY.find(([first]) => first.every((byte, i) => start[i] === byte))?.[1];

/** The same by the first characters of the file, decoded as any text. */
export const binaryTextKind = (head: string): string | undefined =>
  head.startsWith('PK\u0003\u0004') ? BINARY[0][1] : undefined;

/** Decompresses gzip. */
export type Gunzip = (packed: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/**
 * The text of a shop's file, decompressed if it is gzip: UTF-16 if its first bytes say so, otherwise UTF-8. Bytes of another
 * encoding are refused: read as U+FFFD, different ids would become the same.
 * @param name how messages call the file, such as its path
 * @throws SidestreamError `runtime/invalid-input` if it is not text throughout; errors of the source and of `gunzip`
 */
export const fileText = (name: string, bytes: AsyncIterable<Uint8Array>, gunzip: Gunzip): AsyncGenerator<string> =>
  feedText(checked(name, unpacked(bytes, gunzip)), {
    invalid: (line, encoding) =>
      invalidInput(
        `${name}, line ${line}, is not valid ${encoding.toUpperCase()}. Save the file as UTF-8, or convert it, for instance with “iconv -f WINDOWS-1252 -t UTF-8”.`,
      ),
  });

/** The bytes. @throws SidestreamError `runtime/invalid-input` if the first of them belong to another kind of file */
async function* checked(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const chunk of bytes) {
    if (isFirst) {
      const what = binaryKind(chunk);
      if (what !== undefined) throw invalidInput(`${name} is ${what}.`);
    }
    isFirst = false;
    yield chunk;
  }
}

/** The bytes, decompressed if they start like gzip. @throws errors of the source and of `gunzip` */
export async function* unpacked(bytes: AsyncIterable<Uint8Array>, gunzip: Gunzip): AsyncGenerator<Uint8Array> {
  const { first, all } = await peeked(bytes, 2);
  const [one, two] = joinBytes(first);
  yield* one === 0x1f && two === 0x8b ? gunzip(all) : all;
}
