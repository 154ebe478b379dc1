import { html, nothing, type TemplateResult } from 'lit';
import { safeImage } from '../../../core/card';
import type { Item, Product, ProductOption, Recommendation } from '../../../device/protocol';
import { addStyles, languageOf } from '../dom';
import type { List } from '../list/list';
import { unseenStyles } from '../shared.styles';
import type { RecsLabels } from './labels';
import { variantChoiceStyles } from './variant-choice.styles';

/** Words that CSS takes for a colour although they name none. */
const NO_COLOR =
  /^(currentcolor|inherit|initial|unset|revert|revertlayer|transparent|canvas\w*|.*text|mark|highlight|field|link\w*|visited\w*|active\w*|button\w*|selected\w*|accentcolor\w*)$/;

/** A colour of the catalogue as one of CSS: `Navy Blue` has none, `Navy` and `Light Blue` have; empty without one. */
function cssColor(name: string): string {
  const plain = /^#[\da-f]{3,8}$/i.test(name) ? name : name.toLowerCase().replace(/[^a-z]/g, '');
  return plain !== '' && !NO_COLOR.test(plain) && CSS.supports('color', plain) ? plain : '';
}

/** Lets a shopper choose among the variants of the products of a list, and knows which one each card shows. */
export class VariantChoice {
  /** By the id of the listed item. */
  readonly #products = new Map<string, Product>();
  readonly #chosen = new Map<string, Item>();
  /** Products of which the shopper has chosen a variant in this list. */
  readonly #own = new Set<string>();

  constructor(private readonly list: List) {
    for (const styles of [unseenStyles, variantChoiceStyles]) addStyles(list.host.renderRoot, styles);
  }

  /** Loads the variants of products that are about to be shown. A choice that was made stays if it can still be bought. */
  async load(items: readonly Recommendation[]): Promise<void> {
    const { recommender, host } = this.list;
    const ids = items.map(({ item }) => item.id);
    const found = (await recommender?.catalog.products(ids, { lang: languageOf(host), variants: true })) ?? [];
    for (const product of found) {
      const { item, variants } = product;
      const before = this.#own.has(item.id) ? this.#chosen.get(item.id)?.id : undefined;
      const kept = variants.find(({ id, availability }) => id === before && availability !== 'out-of-stock');
      this.#products.set(item.id, product);
      this.#chosen.set(item.id, kept ?? inUsualSize(product, item));
    }
  }

  /** Forgets the products that are no longer listed, but not what the shopper chose: they may come back. */
  keep(items: readonly Recommendation[]): void {
    const ids = new Set(items.map(({ item }) => item.id));
    for (const id of this.#products.keys()) {
      if (ids.has(id)) continue;
      this.#products.delete(id);
      if (!this.#own.has(id)) this.#chosen.delete(id);
    }
  }

  /** The recommendation as its card shows it: with the chosen variant, at its own price. */
  of(listed: Recommendation): Recommendation {
    const item = this.#chosen.get(listed.item.id);
    if (!item || item.id === listed.item.id) return listed;
    const { prices: _, ...rest } = listed;
    return { ...rest, item };
  }

  /** The options of a product, each a group of radio buttons; nothing for a product without variants. */
  view(listed: Recommendation, labels: RecsLabels): TemplateResult | typeof nothing {
    const product = this.#products.get(listed.item.id);
    if (!product || product.options.length === 0) return nothing;
    const { item } = this.of(listed);
    const usual = product.options.find((option) => option.usual !== undefined)?.usual;
    return html`
      <div part="options" class="options">
        ${product.options.map((option, at) => this.#option(product, item, option, at, labels, listed.item.id))}
        ${usual === undefined ? nothing : html`<p part="usual" class="usual" aria-hidden="true">${usual}: ${labels.usualSize}</p>`}
      </div>`;
  }

  #option(
    product: Product,
    item: Item,
    { name, kind, values, usual }: ProductOption,
    at: number,
    labels: RecsLabels,
    listed: string,
  ): TemplateResult {
    const legend = kind === 'other' ? name : labels[kind];
    const onChange = ({ target }: Event): void => {
      if (target instanceof HTMLInputElement) this.#choose(product, listed, at, target);
    };
    return html`
      <fieldset class="choice" @change=${onChange}>
        <legend class="sidestream-unseen">${legend}</legend>
        ${values.map((value) => {
          const available = isAvailable(product, item, at, value);
          const text = [value, available ? '' : labels.outOfStock, value === usual ? labels.usualSize : '']
            .filter(Boolean)
            .join(', ');
          return html`<label part="option" class="option" title=${text}><input class="sidestream-unseen" type="radio" name="${listed} ${at}" value=${value} aria-label=${text} .checked=${value === textOf(item, name)} ?disabled=${!available} />${kind === 'color' ? this.#swatch(product, name, value) : value}</label>`;
        })}
      </fieldset>`;
  }

  /** A colour as such, or as the picture of a variant that has it; without either, its name. */
  #swatch({ variants }: Product, name: string, value: string): TemplateResult | string {
    const color = cssColor(value);
    if (color) return html`<span part="swatch" class="swatch" .style=${`background: ${color}`}></span>`;
    const pictures = new Set(variants.map(({ image }) => image));
    const picture = safeImage(variants.find((variant) => textOf(variant, name) === value)?.image);
    return picture && pictures.size > 1
      ? html`<img part="swatch" class="swatch" src=${picture} alt="" width="20" height="20" loading="lazy" />`
      : value;
  }

  #choose(product: Product, listed: string, at: number, input: HTMLInputElement): void {
    this.#own.add(listed);
    const present = this.#chosen.get(listed) ?? product.item;
    this.#chosen.set(listed, withValue(product, present, at, input.value));
    // The second picture is one of the variant before.
    input.closest('.card')?.querySelector('.second')?.classList.remove('loaded');
    this.list.host.requestUpdate();
  }
}

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
  return found.toSorted((a, b) => closeness(b) - closeness(a))[0] ?? chosen;
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
