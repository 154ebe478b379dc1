/**
 * Follows a clicked link with the page's router. Clicks that open elsewhere are left to the browser: clicks with a modifier key
 * or a button other than the first, links with a target, and downloads.
 * @param navigate gets the link's `href` as written
 */
export function followLink(event: MouseEvent, navigate: (href: string) => unknown): void {
  const { button, ctrlKey, metaKey, shiftKey, altKey, target } = event;
  const link = target instanceof Element ? target.closest('a[href]') : null;
  if (!link || button || ctrlKey || metaKey || shiftKey || altKey) return;
  if (link.matches('[target]:not([target=_self]), [download]')) return;
  event.preventDefault();
  navigate(link.getAttribute('href') ?? '');
}
