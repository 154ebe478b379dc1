import type { Item, Product } from '../../../../device/protocol';

type Options = Pick<Product, 'options' | 'variants'>;

/** The value of an option of a variant, as a text. */
export const textOf = ({ attributes }: Item, name: string): string => `${attributes[name] ?? ''}`;

const isSoldOut = ({ availability }: Item): boolean => availability === 'out-of-stock';

/** Whether a variant with a value of an option can be bought, in the chosen values of the options before it. */
export function isAvailable({ options, variants }: Options, chosen: Item, at: number, value: string): boolean {
  return variants.some(
    (variant) =>
      !isSoldOut(variant) &&
      options
        .slice(0, at + 1)
        .every(({ name }, n) => textOf(variant, name) === (n === at ? value : textOf(chosen, name))),
  );
}

/**
 * The variant with a value of an option that is closest to the present one: of those that can be bought, one with the same values of the
 * other options, the first of them most of all.
 */
export function withValue({ options, variants }: Options, chosen: Item, at: number, value: string): Item {
  const closeness = (variant: Item): number =>
    options.reduce((sum, { name }, n) => sum + (textOf(variant, name) === textOf(chosen, name) ? 2 ** -n : 0), 0);
  const found = variants.filter((variant) => textOf(variant, options[at]?.name ?? '') === value && !isSoldOut(variant));
  return (
    found.reduce<Item | null>(
      (best, variant) => (best && closeness(best) >= closeness(variant) ? best : variant),
      null,
    ) ?? chosen
  );
}

/** The variant in the shopper's usual size that is otherwise like an item; the item itself if that cannot be bought. */
export function inUsualSize({ options, variants }: Options, item: Item): Item {
  const size = options.find(({ usual }) => usual !== undefined);
  const found = variants.find(
    (variant) =>
      !isSoldOut(variant) &&
      options.every(
        (option) => textOf(variant, option.name) === (option === size ? size.usual : textOf(item, option.name)),
      ),
  );
  return (size && found) ?? item;
}
