import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

/** Callbacks of `readHtml`, called in the order of the text. */
export interface HtmlEvents {
  /** A start tag begins. Names are in lower case. */
  open?(name: string): void;
  /** The last start tag ended: its attributes, the first of each name. `lineOf` counts the line in which it began, from 1. */
  attributes?(name: string, attributes: Map<string, string>, lineOf: () => number): void;
  /** Text between tags, with entities decoded; one text may arrive in several pieces. */
  text?(text: string): void;
  /** An end tag, with or without a start tag before it. */
  close?(name: string): void;
}

/**
 * Reads HTML tag by tag, entities decoded, in linear time. It does not match end tags with start tags: a parser that does so
 * searches all open elements for each end tag, and pages leave many elements open.
 */
export function readHtml(html: string, events: HtmlEvents): void {
  let tag = '';
  let name = '';
  let value = '';
  let attributes = new Map<string, string>();
  const nameAt = (start: number, end: number): string => html.slice(start, end).toLowerCase();
  const ignored = (): void => {};
  let [begins, line, counted] = [0, 1, 0];
  const lineOf = (): number => {
    for (; counted < begins; counted++) if (html.charCodeAt(counted) === 10) line++;
    return line;
  };
  const ended = (): void => {
    events.attributes?.(tag, attributes, lineOf);
    if (attributes.size > 0) attributes = new Map();
  };
  const callbacks: TokenizerCallbacks = {
    onopentagname: (start, end) => {
      tag = nameAt(start, end);
      begins = start - 1;
      events.open?.(tag);
    },
    onattribname: (start, end) => {
      if (events.attributes) name = nameAt(start, end);
    },
    onattribdata: (start, end) => {
      if (events.attributes) value += html.slice(start, end);
    },
    onattribentity: (code) => {
      if (events.attributes) value += String.fromCodePoint(code);
    },
    onattribend: () => {
      if (events.attributes && !attributes.has(name)) attributes.set(name, value);
      value = '';
    },
    onopentagend: ended,
    onselfclosingtag: ended,
    onclosetag: (start, end) => events.close?.(nameAt(start, end)),
    ontext: (start, end) => events.text?.(html.slice(start, end)),
    ontextentity: (code) => events.text?.(String.fromCodePoint(code)),
    oncdata: ignored,
    oncomment: ignored,
    ondeclaration: ignored,
    onprocessinginstruction: ignored,
    onend: ignored,
  };
  const tokenizer = new Tokenizer({ decodeEntities: true }, callbacks);
  tokenizer.write(html);
  tokenizer.end();
}

/** Inline elements; every other element ends a word. */
const INLINE = new Set(
  'a abbr b bdi bdo cite code data dfn em font i kbd mark q s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);
const SILENT = new Set(['script', 'style', 'template', 'noscript']);

/**
 * The words of a text that may be HTML: without tags, scripts and styles, entities decoded, white space collapsed. A text
 * without tags or entities, such as `a < b & c`, is only trimmed.
 */
export function plainText(text: string): string {
  if (!isHtml(text)) return text.trim();
  const words = textOf(text);
  // Feeds often escape HTML twice: decoding once still leaves HTML.
  return collapse(isHtml(words) ? textOf(words) : words);
}

/** Whether a text has a tag, a comment or a character reference, which plain prose does not have. */
function isHtml(text: string): boolean {
  // A pattern with the end of the tag would search the rest of the text once for each tag without one.
  const tag = text.search(/<\/?[a-z]/i);
  if (tag !== -1 && text.includes('>', tag)) return true;
  return text.includes('<!--') || /&(#\d+|#x[\da-f]+|[a-z][a-z\d]*);/i.test(text);
}

const collapse = (text: string): string => text.replace(/\s+/g, ' ').trim();

function textOf(html: string): string {
  const parts: string[] = [];
  let silent = 0;
  readHtml(html, {
    open: (name) => {
      if (SILENT.has(name)) silent++;
      else if (!INLINE.has(name)) parts.push(' ');
    },
    text: (text) => {
      if (silent === 0) parts.push(text);
    },
    close: (name) => {
      if (SILENT.has(name)) silent = Math.max(0, silent - 1);
      else if (!INLINE.has(name)) parts.push(' ');
    },
  });
  return parts.join('');
}
