import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';
import { type FeedRecord, MAX_RECORD, type TextChunks } from './feed-record';

const GOOGLE = /^https?:\/\/base\.google\.com\/(ns|cns)\/1\.0$/;
/** One product each: RSS, Atom, and what shop exports without a standard use. */
const PRODUCTS = new Set(['item', 'entry', 'product']);

/** Fields whose inner elements are markup of the text: Atom writes XHTML there. */
const PROSE = new Set(['description', 'content', 'summary', 'title']);

interface Open {
  line: number;
  fields: Record<string, unknown>;
  problem?: string;
}

/**
 * Reads products from RSS or Atom. Fields of Google's namespace are named `g:…` whatever prefix the feed gives them; of
 * repeated ones all values are kept, in a list. Elements inside a field (`g:shipping`) are left out but for their text
 * in a title or description. Entities that XML
 * does not know are left as they are, and so is a lone `&`; no outside entity is ever read.
 */
export async function* xmlRecords(chunks: TextChunks): AsyncGenerator<FeedRecord> {
  const parser = new SaxesParser<{ xmlns: true }>({ xmlns: true });
  const ready: FeedRecord[] = [];
  let open: Open | null = null;
  let depth = 0;
  let text = '';
  let prose = false;
  let outside: FeedRecord | null = null;
  let broken = false;

  parser.on('opentag', (tag) => {
    if (open === null) {
      if (!PRODUCTS.has(tag.local) || tag.isSelfClosing) return;
      open = { line: parser.line, fields: {} };
      depth = 0;
      return;
    }
    depth++;
    if (depth > 1) text += ' ';
    else {
      text = '';
      prose = PROSE.has(tag.local);
      // Atom writes the address of the page as an attribute.
      const href = attribute(tag, 'href');
      if (tag.local === 'link' && href !== undefined && [undefined, 'alternate'].includes(attribute(tag, 'rel'))) {
        add(open.fields, fieldName(tag), unmarked(href));
      }
    }
  });
  const onText = (piece: string): void => {
    if (open === null || depth < 1 || (depth > 1 && !prose)) return;
    if (text.length + piece.length > MAX_RECORD) open.problem ??= `has a field of more than ${MAX_RECORD} characters`;
    else text += unmarked(piece);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', (tag) => {
    if (open === null) return;
    if (depth === 0) {
      const { line, fields, problem } = open;
      ready.push(problem === undefined ? { line, shape: 'columns', fields } : { line, reason: problem });
      open = null;
      return;
    }
    if (depth === 1 && text.trim() !== '') add(open.fields, fieldName(tag), text.trim());
    depth--;
  });
  parser.on('error', (error) => {
    const message = error.message.replace(/^\d+:\d+: /, '');
    // The mistakes that feeds make most and that lose nothing.
    if (/^(undefined entity|unbound namespace prefix|an XML declaration must be at the start)/.test(message)) return;
    const reason = `is not well-formed XML: ${error.message}`;
    // A wrong end tag closes the whole document for the parser; what follows is told as a mistake of the document, once.
    const aftermath = /only one root|outside of root node/.test(message);
    if (open && !aftermath) open.problem ??= reason;
    else if (!broken) outside ??= { line: parser.line, reason };
    broken = true;
  });

  for await (const chunk of markLoneAmpersands(chunks)) {
    parser.write(chunk);
    yield* ready.splice(0);
  }
  parser.close();
  // Closing reports the elements that were left open: the last product was cut off.
  const cut = open as Open | null;
  if (cut) ready.push({ line: cut.line, reason: cut.problem ?? 'is cut off: the file ends in the middle of it' });
  yield* ready;
  if (outside) yield outside;
}

const attribute = (tag: SaxesTagNS, name: string): string | undefined =>
  (tag.attributes[name] as SaxesAttributeNS | undefined)?.value;

function fieldName({ prefix, local, uri }: SaxesTagNS): string {
  if (GOOGLE.test(uri)) return `g:${local}`;
  return prefix === '' ? local : `${prefix}:${local}`;
}

function add(fields: Record<string, unknown>, name: string, value: string): void {
  const before = fields[name];
  if (before === undefined) fields[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else fields[name] = [before, value];
}

/** Stands for an `&` that begins no reference: a code point that Unicode leaves to programs and XML allows. */
const MARK = '\uFDD0';
const LONE = /&(?!(?:#\d+|#x[\da-f]+|[a-z][\w.-]*);)/gi;
/** Characters of the longest reference. */
const REFERENCE = 40;

const unmarked = (text: string): string => text.replaceAll(MARK, '&');

/** `Fish & Chips` is what feeds get wrong most often; a parser would read on to the next `;`, over many products. */
async function* markLoneAmpersands(chunks: TextChunks): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const text: string = rest + chunk;
    const last = text.lastIndexOf('&');
    const open = last !== -1 && last > text.length - REFERENCE && !text.includes(';', last);
    rest = open ? text.slice(last) : '';
    yield (open ? text.slice(0, last) : text).replace(LONE, MARK);
  }
  if (rest !== '') yield rest.replace(LONE, MARK);
}
