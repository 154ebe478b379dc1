import { followVisit } from './follow-visit';
import { onHidden } from './page-visibility';
import type { VisitHost } from './visit';

/**
 * Saves when the page is hidden or left, and keeps the visit in its tab if the consent is `session`.
 * @returns a function that stops this
 */
export function watchPage(host: VisitHost): () => void {
  const endSaving = onHidden(() => {
    // Without a worker, there is nothing to save.
    if (host.up) host.call((remote) => remote.save()).catch((thrown) => host.fail(thrown));
  });
  const endVisit = followVisit(host);
  return () => {
    endSaving();
    endVisit();
  };
}
