import { SidestreamError } from '../../error';
import { FORMAT_HEAD } from './feed-format';

const BYTE_ORDER_MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
/** Bytes in which an encoding is declared. */
const DECLARED_IN = 2048;

/**
 * Decodes the bytes of a feed. What counts first: a byte order mark, the given encoding, what the file declares (XML
 * declaration, HTML meta element), zero bytes that give away UTF-16, then UTF-8.
 * @param encoding as browsers name it: `windows-1252`
 * @throws SidestreamError `catalog/unreadable` no such encoding
 */
export async function* feedText(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  encoding?: string,
): AsyncGenerator<string> {
  let head: Uint8Array | null = new Uint8Array(0);
  let decoder: TextDecoder | null = null;
  for await (const chunk of chunks) {
    if (decoder !== null) {
      const text = decoder.decode(chunk, { stream: true });
      if (text !== '') yield text;
      continue;
    }
    head = joined(head ?? new Uint8Array(0), chunk);
    if (head.length < DECLARED_IN) continue;
    decoder = decoderOf(head, encoding);
    yield decoder.decode(head, { stream: true });
    head = null;
  }
  decoder ??= decoderOf(head ?? new Uint8Array(0), encoding);
  const rest = head === null ? decoder.decode() : decoder.decode(head);
  if (rest !== '') yield rest;
}

/** The beginning of a text, by which its format is told, and the whole text, beginning included. */
export async function peekText(chunks: AsyncIterable<string>): Promise<{ head: string; all: AsyncGenerator<string> }> {
  const source = chunks[Symbol.asyncIterator]();
  let head = '';
  let ended = false;
  while (head.length < FORMAT_HEAD && !ended) {
    const next = await source.next();
    if (next.done) ended = true;
    else head += next.value;
  }
  async function* all(): AsyncGenerator<string> {
    try {
      yield head;
      for (let next = ended ? null : await source.next(); next && !next.done; next = await source.next())
        yield next.value;
    } finally {
      await source.return?.();
    }
  }
  return { head: head.slice(0, FORMAT_HEAD), all: all() };
}

function decoderOf(head: Uint8Array, given: string | undefined): TextDecoder {
  const mark = BYTE_ORDER_MARKS.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))?.[0];
  const label = mark ?? given ?? declared(head) ?? unmarkedUtf16(head) ?? 'utf-8';
  try {
    return new TextDecoder(label);
  } catch (cause) {
    throw new SidestreamError('catalog/unreadable', `There is no encoding "${label}"; name one such as windows-1252.`, {
      cause,
    });
  }
}

function declared(head: Uint8Array): string | undefined {
  const ascii = String.fromCharCode(...head.subarray(0, DECLARED_IN));
  const label =
    /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)/i.exec(ascii)?.[1] ??
    /<meta[^>]*charset\s*=\s*["']?([\w.:-]+)/i.exec(ascii)?.[1];
  // Letters that can be read one byte at a time are not UTF-16, whatever they say.
  return label && /^utf-?16/i.test(label) ? undefined : label;
}

function unmarkedUtf16(head: Uint8Array): string | undefined {
  if (head.length < 4) return undefined;
  if (head[0] !== 0 && head[1] === 0 && head[2] !== 0 && head[3] === 0) return 'utf-16le';
  if (head[0] === 0 && head[1] !== 0 && head[2] === 0 && head[3] !== 0) return 'utf-16be';
  return undefined;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
