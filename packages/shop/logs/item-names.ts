import { type Item, shortened } from '../../../src/core/catalog';
import { type Products, productsOf } from '../../../src/core/catalog/variants';
import { invalidInput, type SidestreamError } from '../../../src/error';

/** The products that the events of a log are about, whichever of their variants the log names. */
export interface ItemNames {
  products: Products;
  /**
   * The id of an event's product: its first variant. The id of the log if the bundle has no such item.
   * @param title finds the product if the bundle lacks the id
   */
  productOf(item: string, title?: string): string;
  /** Number of events whose product was found by its title. */
  byTitle: number;
}

export function itemNames(all: Item[]): ItemNames {
  const products = productsOf(all);
  const { items, placeOf } = products;
  const titled = titleFinder(items);
  const names: ItemNames = {
    products,
    byTitle: 0,
    productOf(item, title) {
      const place = placeOf.get(item);
      if (place !== undefined || title === undefined) return items[place ?? -1]?.id ?? item;
      const found = titled(title);
      if (found === null) return item;
      names.byTitle++;
      return found;
    },
  };
  return names;
}

const VARIANT = ' - ';

/**
 * Finds the id of an item by its title, which the title of a variant may follow: `Jumper - Red / M`. Titles that several items
 * have find none.
 */
function titleFinder(items: readonly Item[]): (title: string) => string | null {
  let ids: Map<string, string | null> | null = null;
  return (title) => {
    if (ids === null) {
      ids = new Map();
      for (const item of items) ids.set(item.title, ids.has(item.title) ? null : item.id);
    }
    for (let end = title.length; end > 0; end = title.lastIndexOf(VARIANT, end - 1)) {
      const found = ids.get(title.slice(0, end).trim());
      if (found !== undefined) return found;
    }
    return null;
  };
}

/** Maximum number of unknown ids named in a note. */
export const NAMED_IDS = 3;

const inQuotes = (ids: readonly string[]): string =>
  ids
    .slice(0, NAMED_IDS)
    .map((id) => JSON.stringify(shortened(id, 40)))
    .join(', ');

/** A note about events omitted because the bundle lacks their items, with some of the ids; null if no event is omitted. */
export function unknownText(unknown: number, ids: readonly string[]): string | null {
  if (unknown === 0) return null;
  const about = unknown === 1 ? '1 event is' : `${unknown} events are`;
  return `${about} about items that are not in the bundle, such as ${inQuotes(ids)}; left out`;
}

/** The error about a log without an item of the bundle. @param ids of the log */
export function foreignLog(ids: readonly string[], items: readonly Item[]): SidestreamError {
  const ours = inQuotes(items.slice(0, NAMED_IDS).map(({ id }) => id));
  return invalidInput(
    `No event is about an item of this bundle; do events and catalogue use the same item ids? The log has ${inQuotes(ids)}, the bundle ${ours}.`,
  );
}
