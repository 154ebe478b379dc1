import type { RecsElement } from './sidestream-recs.properties';

type Checked = 'placement' | 'limit' | 'headingLevel' | 'layout' | 'currency' | 'hrefTemplate';
/** What a list goes by: what the page said where that can be, else the default. */
export type Settings = Pick<RecsElement, Checked | 'exclude'>;

/** Of each setting, its default and how it is written: frameworks set properties to the text of their templates, too. */
const CHECKS: { [K in Checked]: [Settings[K], RegExp] } = {
  placement: ['for-you', /^(for-you|similar|complement|trending|recent)$/],
  limit: [8, /^([1-9]\d?|100)$/],
  headingLevel: [2, /^[2-6]$/],
  layout: ['grid', /^(grid|row)$/],
  currency: ['', /^([a-z]{3})?$/i],
  hrefTemplate: ['', /^$|^([^{}]*\{(id|title|category)\})+[^{}]*$/],
};

/** Currencies that the browser knows. Others are written all the same, but may be a slip. */
let currencies: string[] | undefined;

/** What a list goes by, and the names of what the page got wrong. Nothing said is not wrong. */
export function settingsOf(told: Settings): { settings: Settings; wrong: string[] } {
  const exclude: unknown = told.exclude ?? [];
  const wrong = Array.isArray(exclude) ? [] : ['exclude'];
  const entries = Object.entries(CHECKS).map(([name, [otherwise, pattern]]) => {
    const text = String(told[name as Checked] ?? otherwise);
    const right = pattern.test(text);
    if (!right) wrong.push(name);
    return [name, right ? (typeof otherwise === 'number' ? Number(text) : text) : otherwise];
  });
  const settings: Settings = { ...Object.fromEntries(entries), exclude: Array.isArray(exclude) ? exclude : [] };
  currencies ??= Intl.supportedValuesOf?.('currency');
  if (settings.currency && currencies?.includes(settings.currency.toUpperCase()) === false) wrong.push('currency');
  return { settings, wrong };
}
