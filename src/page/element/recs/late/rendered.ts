/** A list and whether the page renders it. */
interface Rendered extends Element {
  readonly rendered: boolean;
}

/** Calls `again` whenever a list that the page had stopped rendering is rendered again. */
export function whenRenderedAgain(list: Rendered, again: () => void): void {
  // The observer does not report an element that has no size from the start.
  let missed = !list.rendered;
  // An element that is not rendered has no size. The observer lives as long as the element.
  new ResizeObserver(() => {
    const { rendered, isConnected } = list;
    if (rendered && missed) again();
    missed = isConnected && !rendered;
  }).observe(list);
}
