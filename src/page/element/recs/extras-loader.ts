import type { Recommendation } from '../../../device/protocol';
import { SidestreamError } from '../../../error';

let loading: Promise<typeof import('./card-extras')> | undefined;

/** Loads what only some cards show, once for a page. */
export function loadExtras(): Promise<typeof import('./card-extras')> {
  loading ??= import('./card-extras').catch((thrown: unknown) => {
    throw SidestreamError.from(thrown);
  });
  return loading;
}

/** Whether a card has something that only that code shows. */
export const hasExtras = ({ item, prices }: Recommendation): boolean =>
  !!(prices || item.listPrice || item.rating || item.quantity || item.published || item.images?.[0]);
