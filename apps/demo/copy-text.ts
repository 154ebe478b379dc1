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
