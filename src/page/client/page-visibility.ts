/**
 * Calls a function whenever the page is hidden or left, after which it may never run again.
 * @returns a function that stops this
 */
export function onHidden(work: () => void): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const onChange = (): void => {
    if (document.visibilityState === 'hidden') work();
  };
  document.addEventListener('visibilitychange', onChange, { signal });
  window.addEventListener('pagehide', work, { signal });
  return () => ended.abort();
}
