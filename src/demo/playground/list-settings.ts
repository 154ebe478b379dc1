import { messageOf } from '../../core/common/text';
import type { Placement, Rules } from '../../device/protocol';
import { PRODUCT_TEMPLATE } from '../route';
import { CURRENCY } from '../settings';

type AttributeGroup = 'what' | 'look' | 'place';
type RuleGroup = 'which' | 'order' | 'variety';

/** Titles of the groups of attributes, in the order of the form. */
export const ATTRIBUTE_GROUPS: Readonly<Record<AttributeGroup, string>> = {
  what: 'What the list shows',
  look: 'Cards and heading',
  place: 'Language, currency, links',
};

/** Titles of the groups of rules, in the order of the form. */
export const RULE_GROUPS: Readonly<Record<RuleGroup, string>> = {
  which: 'Which products',
  order: 'Higher and lower',
  variety: 'Variety and new products',
};

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
  group: AttributeGroup;
  hint: string;
  /** The element's default if the attribute is absent; a switch is off. */
  otherwise: string;
  /** The playground's initial value, if it differs from the default. */
  begin?: string;
};

const PLACEMENTS: readonly Placement[] = ['for-you', 'similar', 'complement', 'trending', 'recent', 'again'];

/** Attributes in the order of the form. `bundle` is not among them: the list is the shop’s own. */
export const ATTRIBUTES: readonly AttributeField[] = [
  { name: 'placement', group: 'what', kind: 'choice', options: PLACEMENTS, otherwise: 'for-you', hint: 'Which list' },
  {
    name: 'item-id',
    group: 'what',
    kind: 'product',
    otherwise: '',
    hint: 'The product in view; similar and complement need it',
  },
  {
    name: 'layout',
    group: 'look',
    kind: 'choice',
    options: ['grid', 'row', 'feed', 'bundle'],
    otherwise: 'grid',
    begin: 'row',
    hint: 'How the cards are laid out',
  },
  {
    name: 'limit',
    group: 'what',
    kind: 'number',
    least: 1,
    most: 100,
    otherwise: '8',
    hint: 'How many products, 1 to 100',
  },
  { name: 'cart-synced', group: 'what', kind: 'switch', otherwise: '', hint: 'About the products in the cart' },
  { name: 'heading', group: 'look', kind: 'text', otherwise: '', hint: 'Default: the heading of the placement' },
  {
    name: 'heading-level',
    group: 'look',
    kind: 'number',
    least: 2,
    most: 6,
    otherwise: '2',
    hint: 'Level in the outline of the page',
  },
  {
    name: 'href-template',
    group: 'place',
    kind: 'text',
    otherwise: '',
    begin: PRODUCT_TEMPLATE,
    hint: 'Address of a product’s page',
  },
  { name: 'currency', group: 'place', kind: 'text', otherwise: '', begin: CURRENCY, hint: 'Three letters' },
  {
    name: 'low-stock',
    group: 'look',
    kind: 'number',
    least: 0,
    most: 999,
    otherwise: '5',
    hint: 'Stock at or below which a card warns',
  },
  {
    name: 'lang',
    group: 'place',
    kind: 'choice',
    options: ['en', 'ja', 'de', 'fr', 'es', 'ar'],
    otherwise: 'en',
    hint: 'Language of texts, reasons and prices',
  },
  { name: 'add-to-cart', group: 'look', kind: 'switch', otherwise: '', hint: 'A button on each card' },
  {
    name: 'dismissible',
    group: 'look',
    kind: 'switch',
    otherwise: '',
    begin: 'on',
    hint: 'A “not interested” button on each card',
  },
];

/** A rule that the playground edits, as JSON. */
export interface RuleField {
  name: keyof Rules;
  group: RuleGroup;
  hint: string;
  /** Initial value when the rule is switched on; `{category}` and `{item}` stand for one of the shop's. */
  example: string;
}

/** Rules in the order of the form. The recommender itself checks their values. */
export const RULES: readonly RuleField[] = [
  { name: 'filter', group: 'which', example: '{ "category": "{category}" }', hint: 'Only matching products' },
  {
    name: 'boost',
    group: 'order',
    example: '[{ "filter": { "category": "{category}" }, "strength": 1 }]',
    hint: 'Raise matching products',
  },
  {
    name: 'bury',
    group: 'order',
    example: '[{ "filter": { "price": { "$gt": 20 } } }]',
    hint: 'Lower matching products',
  },
  {
    name: 'pin',
    group: 'order',
    example: '[{ "itemId": "{item}", "position": 0 }]',
    hint: 'A product at a fixed place',
  },
  { name: 'categoryCap', group: 'variety', example: '2', hint: 'Maximum number of products of one category' },
  { name: 'diversity', group: 'variety', example: '0.5', hint: 'How much products should differ, 0 to 1' },
  {
    name: 'set',
    group: 'variety',
    example: '{ "onePer": "category" }',
    hint: 'For “complement”: one product of each value completes a set',
  },
  { name: 'coldStart', group: 'variety', example: '0.9', hint: 'How far new products are lifted, 0 to 2' },
  { name: 'rotation', group: 'variety', example: '0.5', hint: 'How far products sink that were shown but not chosen' },
  { name: 'fresh', group: 'variety', example: 'true', hint: 'New products in the lower half after a reload' },
  { name: 'excludeRecent', group: 'which', example: '0', hint: 'Number of last choices to leave out' },
  { name: 'excludeOwned', group: 'which', example: 'false', hint: 'Leave out products that were bought' },
  { name: 'excludeInCart', group: 'which', example: 'false', hint: 'Leave out products in the cart' },
  { name: 'excludeDismissed', group: 'which', example: 'false', hint: 'Leave out dismissed products' },
  { name: 'excludeOutOfStock', group: 'which', example: 'false', hint: 'Leave out sold-out products' },
  { name: 'repeats', group: 'which', example: 'true', hint: 'Include products bought before' },
  { name: 'variants', group: 'which', example: '"all"', hint: 'One or all variants of a product' },
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

/** Whether an attribute or a rule differs from the form's beginning. */
export function isChanged({ attributes, rules }: ListSettings, name: string): boolean {
  return name in BEGIN.attributes
    ? attributes[name] !== BEGIN.attributes[name]
    : Object.entries(rules).some(([rule, value]) => rule === name && value !== undefined);
}

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
      problems[name] = `This is not JSON: ${messageOf(thrown)}`;
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
