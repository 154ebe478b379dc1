import { readHtml } from './html-events';

/** Elements that stand inside a line; every other one ends a word. */
const INLINE = new Set(
  'a abbr b bdi bdo cite code data dfn em font i kbd mark q s samp small span strike strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);
const SILENT = new Set(['script', 'style', 'template', 'noscript']);

/**
 * The words of a text that may be HTML: without tags, scripts and styles, entities decoded, white space joined. A text
 * without tags or entities, such as `a < b & c`, comes back as it is, but for white space at its ends.
 */
export function plainText(text: string): string {
  if (!isHtml(text)) return text.trim();
  const words = textOf(text);
  // Feeds often escape the HTML once more than needed: what comes out is HTML again.
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
