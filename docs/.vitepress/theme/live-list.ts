import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import {
  ATTRIBUTE_GROUPS,
  type AttributeField,
  BEGIN,
  givenAttributes,
  givenRules,
  type ListSettings,
  markupOf,
  RULE_GROUPS,
  type RuleField,
} from '../../../apps/demo/playground/list-settings';
import type { Item, Recommender, RecommendResponse } from '../../../src';

const ATTRIBUTES = ATTRIBUTE_GROUPS.flatMap(({ fields }) => fields);
const RULES = RULE_GROUPS.flatMap(({ fields }) => fields);
const NOTHING_SET = Object.fromEntries(ATTRIBUTES.map((field) => [field.name, defaultOf(field)]));

function defaultOf(field: AttributeField): string {
  if (field.kind === 'choice') return field.options[0] ?? '';
  return field.kind === 'number' ? field.otherwise : '';
}

/** The demo shop, which is a part of the site: its bundle, pictures, scripts and pages. */
const DEMO = `${import.meta.env.BASE_URL}demo/`;
/** Names of products that the form suggests. */
const SUGGESTED = 60;

let opened: Promise<Recommender> | undefined;
/** The package as a shop hosts it, and the bundle of the demo shop. Nobody was asked, so the visit is kept in memory only. */
const recommender = (): Promise<Recommender> => (opened ??= open());

async function open(): Promise<Recommender> {
  const { createRecommender }: typeof import('../../../src') = await import(
    /* @vite-ignore */ `${location.origin}${DEMO}sidestream/sidestream.js`
  );
  return createRecommender({ bundle: `${DEMO}bundle/`, namespace: 'manual' });
}

/** The bundle names pictures by their path in the demo shop. */
const pictured = (item: Item): Item => (item.image ? { ...item, image: DEMO + item.image } : item);

/**
 * Brings the list inside to life with the demo's products. With `show`, names of attributes and rules of the demo's playground, it has
 * a form for these, and the code of the list. The list in the page is the form's beginning. It starts when it comes near the screen.
 */
class LiveList extends LitElement {
  static override properties = {
    show: {},
    settings: { state: true },
    products: { state: true },
    message: { state: true },
  };
  static override styles = css`
    :host { display: block; }
    .form { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); gap: 0.875rem 1.5rem; margin-block: 1rem; }
    label { display: block; font-size: 0.875rem; }
    .rule { grid-column: 1 / -1; }
    small { display: block; color: var(--vp-c-text-2); line-height: 1.35; }
    code, pre { font-family: var(--vp-font-family-mono); font-size: 0.8125rem; }
    input:not([type='checkbox']), select {
      box-sizing: border-box; inline-size: 100%; min-block-size: 2.25rem; padding: 0.25rem 0.5rem; font: inherit; color: inherit;
      background: var(--vp-c-bg); border: 1px solid var(--vp-c-text-3); border-radius: 6px;
    }
    input[type='checkbox'] { inline-size: 1.125rem; block-size: 1.125rem; margin: 0 0.5rem 0 0; vertical-align: -0.2rem; accent-color: var(--vp-c-brand-1); }
    pre { margin: 0; padding: 1rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; color: var(--vp-c-text-1); background: var(--vp-code-block-bg); border-radius: 8px; }
    [role='status'] { min-block-size: 1.5em; margin: 0.25rem 0 0; font-size: 0.875rem; }
    button { min-block-size: 2.25rem; padding: 0 1rem; font: inherit; font-weight: 600; font-size: 0.875rem; color: var(--vp-button-brand-text); background: var(--vp-button-brand-bg); border: 0; border-radius: 18px; cursor: pointer; }
    :focus-visible { outline: 2px solid var(--vp-c-brand-1); outline-offset: 2px; }
    .actions { display: flex; gap: 1rem; align-items: center; margin-block-start: 0.75rem; }
    .actions a { color: var(--vp-c-brand-1); }
  `;

  declare show: string | null;
  declare settings: ListSettings;
  declare products: readonly Item[];
  declare message: string;
  readonly #near = new IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting)) void this.#start();
    },
    { rootMargin: '300px' },
  );
  #of: Recommender | undefined;

  constructor() {
    super();
    this.show = null;
    this.products = [];
    this.message = '';
    this.settings = { attributes: {}, rules: {} };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // An excerpt in the results of a search is a copy of the page.
    if (this.closest('.excerpt')) return;
    this.settings = this.#begin();
    this.#near.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#near.disconnect();
  }

  protected override render(): TemplateResult {
    return html`<slot></slot>${this.show === null ? nothing : this.#form(this.show.split(' '))}`;
  }

  #form(names: readonly string[]): TemplateResult {
    const code = markupOf(this.settings);
    return html`
      <p role="status">${this.message}</p>
      <form class="form" @submit=${(event: Event) => event.preventDefault()}>
        ${ATTRIBUTES.filter(({ name }) => names.includes(name)).map((field) => this.#attribute(field))}
        ${RULES.filter(({ name }) => names.includes(name)).map((field) => this.#rule(field))}
      </form>
      <datalist id="products">${this.products.map(({ id, title }) => html`<option value=${id}>${title}</option>`)}</datalist>
      <pre tabindex="0" aria-label="The code of this list"><code>${code}</code></pre>
      <p class="actions">
        <button type="button" @click=${() => this.#copy(code)}>Copy</button>
        <a href="${DEMO}#/playground" target="_self">Every attribute and rule</a>
      </p>`;
  }

  #attribute(field: AttributeField): TemplateResult {
    const { name, hint, kind } = field;
    const value = this.settings.attributes[name] ?? '';
    const set = (to: string): void => this.#set({ attributes: { ...this.settings.attributes, [name]: to } });
    const changed = ({ target }: Event): void => {
      if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) set(target.value);
    };
    if (kind === 'switch')
      return html`<label><input type="checkbox" .checked=${value === 'on'} @change=${() => set(value === 'on' ? '' : 'on')} /><code>${name}</code><small>${hint}</small></label>`;
    if (kind === 'choice')
      return html`<label><code>${name}</code><select @change=${changed}>${field.options.map((option) => html`<option ?selected=${option === value}>${option}</option>`)}</select><small>${hint}</small></label>`;
    return html`<label><code>${name}</code><input
      type=${kind === 'number' ? 'number' : 'text'}
      min=${kind === 'number' ? field.least : nothing}
      max=${kind === 'number' ? field.most : nothing}
      list=${kind === 'product' ? 'products' : nothing}
      autocomplete="off"
      spellcheck="false"
      .value=${value}
      @change=${changed}
    /><small>${hint}</small></label>`;
  }

  #rule({ name, hint, example }: RuleField): TemplateResult {
    const { rules } = this.settings;
    const value = rules[name];
    const set = (to: string | undefined): void => this.#set({ rules: { ...rules, [name]: to } });
    const [{ id = '', category = '' } = {}] = this.products;
    const filled = example.replaceAll('{item}', id).replaceAll('{category}', category.split('/')[0] ?? '');
    return html`<div class="rule">
      <label><input type="checkbox" .checked=${value !== undefined} @change=${() => set(value === undefined ? filled : undefined)} /><code>${name}</code><small>${hint}</small></label>
      ${
        value === undefined
          ? nothing
          : html`<input aria-label="${name}, as JSON" autocomplete="off" spellcheck="false" .value=${value}
              @change=${({ target }: Event) => target instanceof HTMLInputElement && set(target.value)} />`
      }
      <small>${givenRules(this.settings).problems[name] ?? nothing}</small>
    </div>`;
  }

  /** The form's values, from the list in the page. */
  #begin(): ListSettings {
    const list = this.querySelector('sidestream-recs');
    const given = ATTRIBUTES.flatMap(({ name, kind }) => {
      const value = list?.getAttribute(name);
      return value == null ? [] : [[name, kind === 'switch' ? 'on' : value]];
    });
    const attributes = { ...NOTHING_SET, ...Object.fromEntries(given), 'href-template': '/product/{id}' };
    return { ...BEGIN, attributes };
  }

  async #start(): Promise<void> {
    this.#near.disconnect();
    try {
      this.#of = await recommender();
      const list = this.querySelector('sidestream-recs');
      if (list) this.#feed(list);
      if (this.show === null) return;
      this.products = (await this.#of.catalog.browse({ limit: SUGGESTED })).items;
    } catch (thrown) {
      this.message = `The demo's products could not be loaded: ${String(thrown)}`;
    }
  }

  #feed(list: HTMLElementTagNameMap['sidestream-recs']): void {
    const of = this.#of;
    if (!of) return;
    const { rules } = givenRules(this.settings);
    list.hrefTemplate = `${DEMO}#/product/{id}`;
    // The reader stays: a click is learned, and the list follows.
    list.navigate = () => {};
    list.addEventListener('recommend', () => {
      this.message = '';
    });
    list.addEventListener('error', (event) => {
      event.preventDefault();
      this.message = event.detail.error.message;
    });
    list.recommender = {
      ...of,
      async recommend(request, options): Promise<RecommendResponse> {
        const shown = await of.recommend({ ...request, ...rules }, options);
        return { ...shown, items: shown.items.map((place) => ({ ...place, item: pictured(place.item) })) };
      },
    };
  }

  #set(change: Partial<ListSettings>): void {
    this.settings = { ...this.settings, ...change };
    this.message = '';
    // Made from its markup, as on a shop's page, so that it starts with the defaults that a shop gets.
    const list = document.createElement('sidestream-recs');
    for (const [name, value] of givenAttributes(this.settings)) list.setAttribute(name, value);
    list.lang = this.settings.attributes.lang || 'en';
    list.dir = list.lang === 'ar' ? 'rtl' : 'ltr';
    this.#feed(list);
    this.querySelector('sidestream-recs')?.replaceWith(list);
  }

  async #copy(code: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(code);
      this.message = 'Copied.';
    } catch {
      const shown = this.renderRoot.querySelector('pre');
      if (shown) getSelection()?.selectAllChildren(shown);
      this.message = 'This browser does not let the page copy. The code is selected: copy it yourself.';
    }
  }
}

customElements.define('live-list', LiveList);
