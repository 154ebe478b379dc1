import type { Placement, Rules } from '../../device/protocol';
import { PRODUCT_TEMPLATE } from '../route';
import { CURRENCY } from '../settings';

type Kind =
  | { kind: 'choice'; options: readonly string[] }
  | { kind: 'number'; least: number; most: number }
  | { kind: 'switch' }
  | { kind: 'text' }
  /** A text that the shop's products may suggest. */
  | { kind: 'product' };

/** An attribute of `<sidestream-recs>` that the playground edits. */
export type AttributeField = Kind & {
  name: string;
  hint: string;
  /** The element's default if the attribute is absent; a switch is off. */
  otherwise: string;
  /** The playground's initial value, if it differs from the default. */
  begin?: string;
};

const PLACEMENTS: readonly Placement[] = ['for-you', 'similar', 'complement', 'trending', 'recent', 'again'];

/** Attributes in the order of the form. `bundle` is not among them: the list is the shop’s own. */
export const ATTRIBUTES: readonly AttributeField[] = [
  { name: 'placement', kind: 'choice', options: PLACEMENTS, otherwise: 'for-you', hint: 'Which list' },
  { name: 'item-id', kind: 'product', otherwise: '', hint: 'The product in view; similar and complement need it' },
  {
    name: 'layout',
    kind: 'choice',
    options: ['grid', 'row', 'bundle'],
    otherwise: 'grid',
    begin: 'row',
    hint: 'How the cards are laid out',
  },
  { name: 'limit', kind: 'number', least: 1, most: 100, otherwise: '8', hint: 'How many products, 1 to 100' },
  { name: 'heading', kind: 'text', otherwise: '', hint: 'Default: the heading of the placement' },
  {
    name: 'heading-level',
    kind: 'number',
    least: 2,
    most: 6,
    otherwise: '2',
    hint: 'Level in the outline of the page',
  },
  { name: 'href-template', kind: 'text', otherwise: '', begin: PRODUCT_TEMPLATE, hint: 'Address of a product’s page' },
  { name: 'currency', kind: 'text', otherwise: '', begin: CURRENCY, hint: 'Three letters' },
  {
    name: 'low-stock',
    kind: 'number',
    least: 0,
    most: 999,
    otherwise: '5',
    hint: 'Stock at or below which a card warns',
  },
  {
    name: 'lang',
    kind: 'choice',
    options: ['en', 'ja', 'de', 'fr', 'es', 'ar'],
    otherwise: 'en',
    hint: 'Language of texts, reasons and prices',
  },
  { name: 'cart-synced', kind: 'switch', otherwise: '', hint: 'About the products in the cart' },
  { name: 'add-to-cart', kind: 'switch', otherwise: '', hint: 'A button on each card' },
  { name: 'dismissible', kind: 'switch', otherwise: '', begin: 'on', hint: 'A “not interested” button on each card' },
];

/** A rule that the playground edits, as JSON. */
export interface RuleField {
  name: keyof Rules;
  hint: string;
  /** Initial value when the rule is switched on; `{category}` and `{item}` stand for one of the shop's. */
  example: string;
}

/** Rules in the order of the form. The recommender itself checks their values. */
export const RULES: readonly RuleField[] = [
  { name: 'filter', example: '{ "category": "{category}" }', hint: 'Only matching products' },
  {
    name: 'boost',
    example: '[{ "filter": { "category": "{category}" }, "strength": 1 }]',
    hint: 'Raise matching products',
  },
  { name: 'bury', example: '[{ "filter": { "price": { "$gt": 20 } } }]', hint: 'Lower matching products' },
  { name: 'pin', example: '[{ "itemId": "{item}", "position": 0 }]', hint: 'A product at a fixed place' },
  { name: 'categoryCap', example: '2', hint: 'Maximum number of products of one category' },
  { name: 'diversity', example: '0.5', hint: 'How much products should differ, 0 to 1' },
  { name: 'coldStart', example: '0.9', hint: 'How far new products are lifted, 0 to 2' },
  { name: 'rotation', example: '0.5', hint: 'How far products sink that were shown but not chosen' },
  { name: 'fresh', example: 'true', hint: 'New products in the lower half after a reload' },
  { name: 'excludeRecent', example: '0', hint: 'Number of last choices to leave out' },
  { name: 'excludeOwned', example: 'false', hint: 'Leave out products that were bought' },
  { name: 'excludeInCart', example: 'false', hint: 'Leave out products in the cart' },
  { name: 'excludeDismissed', example: 'false', hint: 'Leave out dismissed products' },
  { name: 'excludeOutOfStock', example: 'false', hint: 'Leave out sold-out products' },
  { name: 'repeats', example: 'true', hint: 'Include products due to be bought again' },
  { name: 'variants', example: '"all"', hint: 'One or all variants of a product' },
];

/** State of the form: values of attributes by name, `on` or empty for switches, and active rules as JSON. */
export interface ListSettings {
  attributes: Readonly<Record<string, string>>;
  rules: Readonly<Partial<Record<keyof Rules, string>>>;
}

export const BEGIN: ListSettings = {
  attributes: Object.fromEntries(ATTRIBUTES.map(({ name, begin, otherwise }) => [name, begin ?? otherwise])),
  rules: {},
};

/** Attributes that differ from the defaults, in the order of the form. */
export function givenAttributes({ attributes }: ListSettings): [name: string, value: string][] {
  return ATTRIBUTES.filter(({ name, otherwise }) => (attributes[name] ?? otherwise) !== otherwise).map(
    ({ name, kind }) => [name, kind === 'switch' ? '' : (attributes[name] ?? '')],
  );
}

/** The rules, or the errors in their JSON. Only the recommender validates the values. */
export function givenRules({ rules }: ListSettings): { rules: Rules; problems: Partial<Record<keyof Rules, string>> } {
  const given: Record<string, unknown> = {};
  const problems: Partial<Record<keyof Rules, string>> = {};
  for (const { name } of RULES) {
    const text = rules[name];
    if (text === undefined) continue;
    try {
      given[name] = JSON.parse(text);
    } catch (thrown) {
      problems[name] = `This is not JSON: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    }
  }
  return { rules: given, problems };
}

/** The lines to paste: script and element, and, if there are rules, a script with them. */
export function markupOf(settings: ListSettings): string {
  const attributes = givenAttributes(settings).map(([name, value]) =>
    value === '' ? name : `${name}="${escaped(value)}"`,
  );
  const { rules } = givenRules(settings);
  const lines = Object.entries(rules).map(([name, value]) => `    ${name}: ${JSON.stringify(value)},`);
  if (lines.length === 0) {
    return [
      '<script type="module" src="/sidestream/sidestream.js"></script>',
      `<sidestream-recs ${['bundle="/bundle/"', ...attributes].join(' ')}></sidestream-recs>`,
    ].join('\n');
  }
  return [
    `<sidestream-recs ${attributes.join(' ')}></sidestream-recs>`,
    '<script type="module">',
    "  import { createRecommender } from '/sidestream/sidestream.js';",
    '',
    '  const rules = {',
    ...lines,
    '  };',
    "  const list = document.querySelector('sidestream-recs');",
    "  list.recommender = await createRecommender({ bundle: '/bundle/', rules });",
    '</script>',
  ].join('\n');
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
