import { SidestreamError } from '../../error';

/** The error for a bundle in a namespace that the page already uses with another bundle. */
export const otherBundle = (namespace: string, running: string, bundle: string): SidestreamError =>
  new SidestreamError(
    'runtime/other-bundle',
    `The namespace "${namespace}" is in use on this page with the bundle ${running}. One namespace holds one profile, of one bundle: give ${bundle} another namespace (namespace: "outlet", on a list namespace="outlet"), or close the other recommender first.`,
  );
