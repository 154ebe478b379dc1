import { SidestreamError } from '../../error';

/** What a list needs once it is there: what was seen, what screen readers hear, how cards glide and rows scroll. */
export type Late = typeof import('./late-parts');

let loading: Promise<Late> | undefined;
/** Undefined until it is loaded: the first showing of a list does not wait for it. */
export let late: Late | undefined;

/** Loads it, once for a page. When it rejects, lists do without. */
export function loadLate(): Promise<Late> {
  loading ??= import('./late-parts').then(
    (parts) => {
      late = parts;
      parts.prepareAnnouncer();
      return parts;
    },
    (thrown: unknown) => {
      throw SidestreamError.from(thrown);
    },
  );
  return loading;
}
