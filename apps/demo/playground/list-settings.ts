import { messageOf } from '../../../src/core/common/text';
import type { Placement, Rules } from '../../../src/device/protocol';
import { PRODUCT_TEMPLATE } from '../route';
import { CURRENCY } from '../settings';

/** Some settings that the form shows together. */
export interface Group<Field> {
  name: string;
  title: string;
  fields: readonly Field[];
}

type Kind =
  /** The first option is the default. */
  | { kind: 'choice'; options: readonly string[] }
  | { kind: 'number'; least: number; most: number; otherwise: string }
  /** Off by default. */
  | { kind: 'switch' }
  | { kind: 'text' }
  /** A text that the shop's products may suggest. */
  | { kind: 'product' };

/** An attribute of `<sidestream-recs>` that the playground edits. */
export type AttributeField = Kind & {
  name: string;
  hint: string;
  /** The playground's initial value, if it differs from the default. */
  begin?: string;
};

const PLACEMENTS: readonly Placement[] = ['for-you', 'similar', 'complement', 'trending', 'recent', 'again'];
const LAYOUTS = ['grid', 'row', 'feed', 'bundle'];
const LANGUAGES = ['en', 'ja', 'de', 'fr', 'es', 'ar'];

/** Attributes in the order of the form. `bundle` is not among them: the list is the shop’s own. */
export const ATTRIBUTE_GROUPS: readonly Group<AttributeField>[] = [
  {
    name: 'what',
    title: 'What the list shows',
    fields: [
      { name: 'placement', kind: 'choice', options: PLACEMENTS, hint: 'Which list' },
      { name: 'item-id', kind: 'product', hint: 'The product in view; similar and complement need it' },
      { name: 'limit', kind: 'number', least: 1, most: 100, otherwise: '8', hint: 'How many products, 1 to 100' },
      { name: 'cart-synced', kind: 'switch', hint: 'About the products in the cart' },
    ],
  },
  {
    name: 'look',
    title: 'Cards and heading',
    fields: [
      { name: 'layout', kind: 'choice', options: LAYOUTS, begin: 'row', hint: 'How the cards are laid out' },
      { name: 'heading', kind: 'text', hint: 'Default: the heading of the placement' },
      {
        name: 'heading-level',
        kind: 'number',
        least: 2,
        most: 6,
        otherwise: '2',
        hint: 'Level in the outline of the page',
      },
      {
        name: 'low-stock',
        kind: 'number',
        least: 0,
        most: 999,
        otherwise: '5',
        hint: 'Stock at or below which a card warns',
      },
      { name: 'add-to-cart', kind: 'switch', hint: 'A button on each card' },
      { name: 'dismissible', kind: 'switch', begin: 'on', hint: 'A “not interested” button on each card' },
    ],
  },
  {
    name: 'place',
    title: 'Language, currency, links',
    fields: [
      { name: 'href-template', kind: 'text', begin: PRODUCT_TEMPLATE, hint: 'Address of a product’s page' },
      { name: 'currency', kind: 'text', begin: CURRENCY, hint: 'Three letters' },
      { name: 'lang', kind: 'choice', options: LANGUAGES, hint: 'Language of texts, reasons and prices' },
    ],
  },
];
const ATTRIBUTES = ATTRIBUTE_GROUPS.flatMap(({ fields }) => fields);

/** A rule that the playground edits, as JSON. */
export interface RuleField {
  name: keyof Rules;
  hint: string;
  /** Initial value when the rule is switched on; `{category}` and `{item}` stand for one of the shop's. */
  example: string;
}

/** Rules in the order of the form. The recommender itself checks their values. */
export const RULE_GROUPS: readonly Group<RuleField>[] = [
  {
    name: 'which',
    title: 'Which products',
    fields: [
      { name: 'filter', example: '{ "category": "{category}" }', hint: 'Only matching products' },
      { name: 'excludeRecent', example: '0', hint: 'Number of last choices to leave out' },
      { name: 'excludeOwned', example: 'false', hint: 'Leave out products that were bought' },
      { name: 'excludeInCart', example: 'false', hint: 'Leave out products in the cart' },
      { name: 'excludeDismissed', example: 'false', hint: 'Leave out dismissed products' },
      { name: 'excludeOutOfStock', example: 'false', hint: 'Leave out sold-out products' },
      { name: 'repeats', example: 'true', hint: 'Include products bought before' },
      { name: 'variants', example: '"all"', hint: 'One or all variants of a product' },
    ],
  },
  {
    name: 'order',
    title: 'Higher and lower',
    fields: [
      {
        name: 'boost',
        example: '[{ "filter": { "category": "{category}" }, "strength": 1 }]',
        hint: 'Raise matching products',
      },
      { name: 'bury', example: '[{ "filter": { "price": { "$gt": 20 } } }]', hint: 'Lower matching products' },
      { name: 'pin', example: '[{ "itemId": "{item}", "position": 0 }]', hint: 'A product at a fixed place' },
    ],
  },
  {
    name: 'variety',
    title: 'Variety and new products',
    fields: [
      { name: 'categoryCap', example: '2', hint: 'Maximum number of products of one category' },
      { name: 'diversity', example: '0.5', hint: 'How much products should differ, 0 to 1' },
      {
        name: 'set',
        example: '{ "onePer": "category" }',
        hint: 'For “complement”: one product of each value completes a set',
      },
      { name: 'coldStart', example: '0.9', hint: 'How far new products are lifted, 0 to 2' },
      { name: 'rotation', example: '0.5', hint: 'How far products sink that were shown but not chosen' },
      { name: 'fresh', example: 'true', hint: 'New products in the lower half after a reload' },
    ],
  },
];
const RULES = RULE_GROUPS.flatMap(({ fields }) => fields);

/** State of the form: values of attributes by name, `on` or empty for switches, and active rules as JSON. */
export interface ListSettings {
  attributes: Readonly<Record<string, string>>;
  rules: Readonly<Partial<Record<keyof Rules, string>>>;
}

/** The element's own value of an attribute that is absent. */
function defaultOf(field: AttributeField): string {
  if (field.kind === 'choice') return field.options[0] ?? '';
  return field.kind === 'number' ? field.otherwise : '';
}

export const BEGIN: ListSettings = {
  attributes: Object.fromEntries(ATTRIBUTES.map((field) => [field.name, field.begin ?? defaultOf(field)])),
  rules: {},
};

/** Whether an attribute or a rule differs from the form's beginning. */
export const isChanged = ({ attributes, rules }: ListSettings, name: string): boolean =>
  attributes[name] !== BEGIN.attributes[name] ||
  RULES.some((rule) => rule.name === name && rules[rule.name] !== undefined);

/** Attributes that differ from the defaults, in the order of the form. */
export function givenAttributes({ attributes }: ListSettings): [name: string, value: string][] {
  return ATTRIBUTES.flatMap((field) => {
    const value = attributes[field.name] ?? defaultOf(field);
    return value === defaultOf(field) ? [] : [[field.name, field.kind === 'switch' ? '' : value]];
  });
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
