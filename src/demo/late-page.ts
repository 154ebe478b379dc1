import shared from './late-page.css?inline';

const adopted = new Set<string>();

/**
 * Adds the style sheet of a page whose code is loaded on opening; the shop's own style sheets come before the first list.
 * @param style default: only what such pages share
 */
export function adoptStyles(style = ''): void {
  for (const text of [shared, style]) {
    if (text === '' || adopted.has(text)) continue;
    adopted.add(text);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets.push(sheet);
  }
}

/**
 * Copies a text.
 * @param shown element that shows it: it is selected if the browser does not allow copying
 * @returns the outcome, in words
 */
export async function copyText(text: string, shown: Element | null): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return 'Copied.';
  } catch {
    if (shown) getSelection()?.selectAllChildren(shown);
    return 'This browser does not let the page copy. The text is selected: copy it yourself.';
  }
}
