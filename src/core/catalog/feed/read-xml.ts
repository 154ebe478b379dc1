import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { addToGroup } from '../../common/grouped';
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
  const names = new Names();
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
    names.open(tag);
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
        keep(names.fieldOf(tag), unmarked(href), open);
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
    if (open !== null) {
      if (depth === 1 && text.trim() !== '') keep(names.fieldOf(tag), text.trim(), open);
      if (depth === 0) {
        const { line, fields, problem } = open;
        ready.push(problem === undefined ? { line, shape: 'columns', fields } : { line, reason: problem });
        open = null;
      } else depth--;
    }
    names.close();
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
    const stopped = stopOf(() => parser.write(chunk));
    yield* ready.splice(0);
    length += chunk.length;
    const reason = stopped ?? (length > MAX_PAGE ? `has more than ${MAX_PAGE} characters without an element` : null);
    if (reason !== null) {
      const line = current()?.line ?? parser.line;
      yield { line, reason: `${reason}, so the rest was not read` };
      return;
    }
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

/** Why reading stops; null if it continues. */
function stopOf(write: () => void): string | null {
  try {
    write();
    return null;
  } catch (thrown) {
    if (thrown instanceof TooDeep) return `leaves more than ${MAX_DEPTH} elements open`;
    throw thrown;
  }
}

function split(name: string): { prefix: string; local: string } {
  const colon = name.indexOf(':');
  return { prefix: colon === -1 ? '' : name.slice(0, colon), local: name.slice(colon + 1) };
}

/** Resolves namespaces of fields. The parser itself would search all open elements for each. */
class Names {
  /** Namespaces of each prefix, innermost last. */
  readonly #bound = new Map<string, string[]>();
  /** Prefixes that each open element binds. */
  readonly #binding: string[][] = [];

  open({ attributes }: SaxesTagPlain): void {
    const binding = Object.keys(attributes).filter((name) => name === 'xmlns' || name.startsWith('xmlns:'));
    this.#binding.push(binding);
    for (const name of binding) addToGroup(this.#bound, name, attributes[name].trim());
  }

  close(): void {
    const binding = this.#binding.pop() ?? [];
    // A wrong end tag may close the document, but its namespaces still apply to the rest.
    if (this.#binding.length === 0) return;
    for (const name of binding) {
      const uris = this.#bound.get(name);
      uris?.pop();
      if (uris?.length === 0) this.#bound.delete(name);
    }
  }

  fieldOf({ name }: SaxesTagPlain): string {
    const { prefix, local } = split(name);
    const uri = this.#bound.get(prefix === '' ? 'xmlns' : `xmlns:${prefix}`)?.at(-1) ?? '';
    return GOOGLE.test(uri) ? `g:${local}` : name;
  }
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
