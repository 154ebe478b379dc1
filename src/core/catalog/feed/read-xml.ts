import { SaxesParser } from 'saxes';
import { type FeedRecord, MAX_PAGE, MAX_RECORD, type TextChunks } from './feed-record';

const GOOGLE = /^https?:\/\/base\.google\.com\/(ns|cns)\/1\.0$/;
/** Names of the elements that contain one product each, in RSS, Atom and shop exports. */
const PRODUCTS = new Set(['item', 'entry', 'product']);

/** Fields whose inner elements are markup, as in Atom's XHTML. */
const PROSE = new Set(['description', 'content', 'summary', 'title']);

/** Maximum number of open elements; each takes memory until it is closed. */
const MAX_DEPTH = 10_000;

interface Open {
  line: number;
  fields: Record<string, string | string[]>;
  /** Characters of its fields. */
  length: number;
  problem?: string;
}

/**
 * Reads products from RSS or Atom. Fields of Google's namespace are named `g:…` whatever prefix the feed gives them; all
 * values of a repeated field are kept, in a list. Elements inside a field (`g:shipping`) are left out, except for their
 * text in a title or description. Unknown entities and a lone `&` are kept as text; no external entity is ever read.
 * Reading stops at more than `MAX_DEPTH` open elements and at more than `MAX_PAGE` characters without an element.
 */
export async function* xmlRecords(chunks: TextChunks): AsyncGenerator<FeedRecord> {
  const ready: FeedRecord[] = [];
  /** Prefixes that the feed binds to Google's namespace. The parser would search all open elements for each element. */
  const google = new Set<string>();
  const fieldOf = (name: string): string => {
    const { prefix, local } = split(name);
    return google.has(prefix) ? `g:${local}` : name;
  };
  const parser = new FeedParser();
  let open: Open | null = null;
  /** Open elements of the document, and of the product. */
  let [levels, depth] = [0, 0];
  /** Characters since an element began or ended. */
  let length = 0;
  let text = '';
  let prose = false;
  /** The open product. The compiler does not follow the assignments in the parser's callbacks. */
  const current = (): Open | null => open;
  let broken = false;

  parser.on('opentag', (tag) => {
    length = 0;
    if (++levels > MAX_DEPTH) throw new TooDeep();
    for (const [name, uri] of Object.entries(tag.attributes))
      if (/^xmlns(:|$)/.test(name) && GOOGLE.test(uri.trim())) google.add(name.slice('xmlns:'.length));
    const { local } = split(tag.name);
    if (open === null) {
      if (!PRODUCTS.has(local) || tag.isSelfClosing) return;
      open = { line: parser.line, fields: {}, length: 0 };
      depth = 0;
      return;
    }
    depth++;
    if (depth > 1) add(' ', open);
    else {
      text = '';
      prose = PROSE.has(local);
      // Atom writes the address of the page as an attribute.
      const { href, rel } = tag.attributes;
      if (local === 'link' && href !== undefined && (rel === undefined || rel === 'alternate')) {
        keep(fieldOf(tag.name), unmarked(href), open);
      }
    }
  });
  const add = (piece: string, product: Open): void => {
    if (addLength(product, piece.length)) text += piece;
  };
  const onText = (piece: string): void => {
    if (open !== null && (depth === 1 || (depth > 1 && prose))) add(unmarked(piece), open);
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('closetag', (tag) => {
    length = 0;
    levels--;
    if (open === null) return;
    if (depth === 1 && text.trim() !== '') keep(fieldOf(tag.name), text.trim(), open);
    if (depth-- > 0) return;
    const { line, fields, problem } = open;
    ready.push(problem === undefined ? { line, shape: 'columns', fields } : { line, reason: problem });
    open = null;
  });
  parser.onMistake = (message) => {
    // Frequent, harmless mistakes of feeds.
    if (/^(undefined entity|an XML declaration must be at the start)/.test(message)) return;
    const reason = `is not well-formed XML: ${parser.line}:${parser.column}: ${message}`;
    // A wrong end tag closes the whole document for the parser; the rest is reported once, as an error of the document.
    const aftermath = /only one root|outside of root node/.test(message);
    if (open && !aftermath) open.problem ??= reason;
    else if (!broken) ready.push({ line: parser.line, reason });
    broken = true;
  };

  for await (const chunk of markLoneAmpersands(chunks)) {
    try {
      parser.write(chunk);
    } catch (thrown) {
      if (!(thrown instanceof TooDeep)) throw thrown;
    }
    yield* ready.splice(0);
    length += chunk.length;
    const isDeep = levels > MAX_DEPTH;
    if (!isDeep && length <= MAX_PAGE) continue;
    const reason = isDeep
      ? `leaves more than ${MAX_DEPTH} elements open`
      : `has more than ${MAX_PAGE} characters without an element`;
    yield { line: current()?.line ?? parser.line, reason: `${reason}, so the rest was not read` };
    return;
  }
  parser.close();
  // Closing reports the elements that were left open: the last product was cut off.
  const cut = current();
  if (cut) ready.push({ line: cut.line, reason: cut.problem ?? 'is cut off: the file ends in the middle of it' });
  yield* ready;
}

/** Reports mistakes as messages: creating an error with a stack for each would take longer than the parsing. */
class FeedParser extends SaxesParser {
  onMistake: (message: string) => void = () => {};

  override fail(message: string): this {
    this.onMistake(message);
    return this;
  }
}

class TooDeep extends Error {}

function split(name: string): { prefix: string; local: string } {
  const colon = name.indexOf(':');
  return { prefix: colon === -1 ? '' : name.slice(0, colon), local: name.slice(colon + 1) };
}

/** Adds to the length of a product. @returns false if it is now too long, which becomes its problem */
function addLength(product: Open, by: number): boolean {
  product.length += by;
  if (product.length <= MAX_RECORD) return true;
  product.problem ??= `is longer than ${MAX_RECORD} characters`;
  return false;
}

function keep(name: string, value: string, product: Open): void {
  if (!addLength(product, name.length)) return;
  const { fields } = product;
  const before = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (before === undefined) fields[name] = value;
  else if (Array.isArray(before)) before.push(value);
  else fields[name] = [before, value];
}

/** Replaces an `&` that begins no reference: a noncharacter, which XML allows. */
const MARK = '\uFDD0';
const LONE = /&(?!(?:#\d+|#x[\da-f]+|[a-z][\w.-]*);)/gi;
/** Maximum length of a reference, in characters. */
const REFERENCE = 40;

const unmarked = (text: string): string => text.replaceAll(MARK, '&');

/** Marks each lone `&`, as in `Fish & Chips`: a parser would read on to the next `;`, over many products. */
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
