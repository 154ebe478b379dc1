/** @returns the text for a cell of a table: on one line, and without bars that would end the cell or tags that would be markup */
export function cell(text: string): string {
  return escaped(text.replace(/\s+/g, ' ').trim()).replaceAll('|', '\\|');
}

/** @returns the text with a capital first letter and a full stop */
export function sentence(text: string): string {
  const line = escaped(text.trim());
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}${/[.!?]$/.test(line) ? '' : '.'}`;
}

/** Outside code, a tag such as `<feed>` would be markup, and double braces would be an expression of the site's templates. */
function escaped(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll('<', '&lt;').replaceAll('{{', '&#123;&#123;')))
    .join('');
}
