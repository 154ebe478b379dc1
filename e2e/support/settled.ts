import type { Page } from '@playwright/test';

/** Milliseconds of the page's clock that pass at a time: longer than any delay before a list is refreshed. */
const STEP = 500;

/**
 * Resolves once nothing more happens to the lists of a page: all timers have run, all requested lists are rendered and
 * painted, and a second round of waiting changed neither their contents nor the focus. The page needs
 * `page.clock.install()` before it is opened.
 */
export async function settled(page: Page): Promise<void> {
  let before: string | undefined;
  for (;;) {
    await page.clock.runFor(STEP);
    const now = await page.evaluate(async () => {
      // Not requestAnimationFrame, which belongs to the page's clock.
      const frame = () =>
        new Promise<void>((resolve) => {
          const observer = new ResizeObserver(() => {
            observer.disconnect();
            resolve();
          });
          observer.observe(document.documentElement);
        });
      const lists = [...document.querySelectorAll('sidestream-recs')];
      await Promise.all(lists.map((list) => list.updateComplete));
      for (let frames = 0; frames < 2; frames++) await frame();
      const focused = (root: DocumentOrShadowRoot | null): Element[] =>
        root?.activeElement ? [root.activeElement, ...focused(root.activeElement.shadowRoot)] : [];
      const focus = focused(document).map(({ outerHTML }) => outerHTML);
      return [...lists.map((list) => list.outerHTML + list.shadowRoot?.innerHTML), ...focus].join('\n');
    });
    if (now === before) return;
    before = now;
  }
}
