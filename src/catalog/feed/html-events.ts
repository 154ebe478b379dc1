import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

/** Callbacks of `readHtml`, called in the order of the text. */
export interface HtmlEvents {
  /** A start tag begins at character `at` (UTF-16 units). Names are in lower case. */
  open?(name: string, at: number): void;
  /** The start tag that was opened last has ended: its attributes, the first of each name. */
  attributes?(name: string, attributes: Map<string, string>): void;
  /** Text between tags, entities decoded; one text may come in several pieces. */
  text?(text: string): void;
  /** An end tag, with or without a start tag before it. */
  close?(name: string): void;
}

/**
 * Reads HTML tag by tag, entities decoded, in linear time. It does not match end tags with start tags: a parser that does
 * searches all open elements for each end tag, and pages leave many open.
 */
export function readHtml(html: string, events: HtmlEvents): void {
  let tag = '';
  let name = '';
  let value = '';
  let attributes = new Map<string, string>();
  const nameAt = (start: number, end: number): string => html.slice(start, end).toLowerCase();
  const ignored = (): void => {};
  const ended = (): void => {
    events.attributes?.(tag, attributes);
    if (attributes.size > 0) attributes = new Map();
  };
  const callbacks: TokenizerCallbacks = {
    onopentagname: (start, end) => {
      tag = nameAt(start, end);
      events.open?.(tag, start - 1);
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
