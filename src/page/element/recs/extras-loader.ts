import type { Recommendation } from '../../../device/protocol';
import { SidestreamError } from '../../../error';

let loading: Promise<typeof import('./card-extras')> | undefined;

/** Loads the code for parts that only some cards have, once per page. */
export function loadExtras(): Promise<typeof import('./card-extras')> {
  loading ??= import('./card-extras').catch((thrown: unknown) => {
    throw SidestreamError.from(thrown);
  });
  return loading;
}

/** Whether a card has parts that need that code. */
export const hasExtras = ({ item, prices }: Recommendation): boolean =>
  !!(prices || item.listPrice || item.rating || item.quantity || item.published || item.images?.[0]);
