/** How far from the screen a lazy list begins to load. */
const MARGIN = '400px';

/**
 * Resolves once an element is close to the viewport, or at once without an IntersectionObserver. Late code that only lazy lists
 * load.
 */
export async function nearViewport(element: Element): Promise<void> {
  if (!globalThis.IntersectionObserver) return;
  await new Promise<void>((resolve) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        resolve();
      },
      { rootMargin: MARGIN },
    );
    observer.observe(element);
  });
}
