import './playground.css';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { Recommender } from '../../../src/device/protocol';
import type { RecsErrorDetail } from '../../../src/page/element';
import { copyText } from '../copy-text';
import { routeHref } from '../route';
import { withRules } from '../ruled-lists';
import { ShopElement } from '../session';
import {
  ATTRIBUTE_GROUPS,
  type AttributeField,
  BEGIN,
  type Group,
  givenAttributes,
  givenRules,
  isChanged,
  type ListSettings,
  markupOf,
  RULE_GROUPS,
  type RuleField,
} from './list-settings';

const SUGGESTED = 60;
const FIRST_GROUP = 'what';

/** A list next to a form with all its settings, and the code to copy. Loaded when it is opened. */
@customElement('list-playground')
export class ListPlayground extends ShopElement {
  @state() private settings: ListSettings = BEGIN;
  @state() private products: { id: string; title: string }[] = [];
  /** The list's last error, in the recommender's words. */
  @state() private refused = '';
  @state() private copied = '';
  /** The settings that the list shows, and the recommender that it has them of. */
  #listed: { settings: string; of?: Recommender } = { settings: '' };

  protected override render(): TemplateResult {
    const code = markupOf(this.settings);
    return html`
      <section class="block first play" data-testid="playground">
        <h1 tabindex="-1">Playground</h1>
        <p class="lead">
          A list of this shop, and everything that it can be told. Change something and the list follows; so does the code to paste into a
          shop of yours. Choose a few products in it and the list follows those, too:
          <a href=${routeHref('watch')}>watch it learn</a> shows that with a simulated shopper.
        </p>
        <div class="play-room">
          <form class="stack" @submit=${(event: Event) => event.preventDefault()}>
            <fieldset>
              <legend>Attributes</legend>
              ${ATTRIBUTE_GROUPS.map((group) => this.#group(group, (field) => this.#attribute(field)))}
            </fieldset>
            <fieldset>
              <legend>Rules</legend>
              ${RULE_GROUPS.map((group) => this.#group(group, (field) => this.#rule(field)))}
            </fieldset>
            <datalist id="play-products">
              ${this.products.map(({ id, title }) => html`<option value=${id}>${title}</option>`)}
            </datalist>
            <p>
              <button class="button quiet" type="button" data-testid="playground-reset" @click=${this.#reset}>Begin again</button>
            </p>
          </form>
          <div class="play-shown stack">
            <div class="play-list" data-testid="playground-list"></div>
            ${
              this.refused
                ? html`<p class="problem" role="alert" data-testid="playground-refused">${this.refused}</p>`
                : nothing
            }
            <div class="stack">
              <h2>The code</h2>
              <pre tabindex="0" aria-label="The code to paste"><code data-testid="playground-code">${code}</code></pre>
              <p class="row">
                <button class="button" type="button" data-testid="playground-copy" @click=${() => this.#copy(code)}>Copy</button>
                <span role="status">${this.copied}</span>
              </p>
              <p class="hint">
                <code>/bundle/</code> stands for the bundle of your catalogue, <code>/sidestream/</code> for the folder of scripts.
              </p>
            </div>
          </div>
        </div>
      </section>`;
  }

  /** Some settings, which a visitor opens, and how many of them differ from the form's beginning. */
  #group<Field extends { name: string }>(
    { name: group, title, fields }: Group<Field>,
    template: (field: Field) => TemplateResult,
  ): TemplateResult {
    const changed = fields.filter(({ name }) => isChanged(this.settings, name)).length;
    return html`
      <details class="play-group" ?open=${group === FIRST_GROUP} data-testid="playground-group-${group}">
        <summary>${title}${changed > 0 ? html` <small class="play-changed">${changed} changed</small>` : nothing}</summary>
        <div class="stack">${fields.map(template)}</div>
      </details>`;
  }

  #attribute(field: AttributeField): TemplateResult {
    const { name, hint, kind } = field;
    const value = this.settings.attributes[name] ?? '';
    const id = `play-${name}`;
    const changed = ({ target }: Event): void => {
      if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) {
        const on = target instanceof HTMLInputElement && target.checked ? 'on' : '';
        this.#set({ attributes: { ...this.settings.attributes, [name]: kind === 'switch' ? on : target.value } });
      }
    };
    if (kind === 'switch') {
      return html`
        <label class="check">
          <input type="checkbox" id=${id} .checked=${value === 'on'} @change=${changed} />
          <span><code>${name}</code><small>${hint}</small></span>
        </label>`;
    }
    return html`
      <div class="play-field">
        <label for=${id}><code>${name}</code></label>
        ${
          kind === 'choice'
            ? html`<select id=${id} aria-describedby="${id}-hint" .value=${value} @change=${changed}>
                ${field.options.map((option) => html`<option ?selected=${option === value}>${option}</option>`)}
              </select>`
            : html`<input
                id=${id}
                aria-describedby="${id}-hint"
                type=${kind === 'number' ? 'number' : 'text'}
                min=${kind === 'number' ? field.least : nothing}
                max=${kind === 'number' ? field.most : nothing}
                list=${kind === 'product' ? 'play-products' : nothing}
                autocomplete="off"
                spellcheck="false"
                .value=${value}
                @change=${changed}
              />`
        }
        <small id="${id}-hint">${hint}</small>
      </div>`;
  }

  #rule({ name, hint, example }: RuleField): TemplateResult {
    const { rules } = this.settings;
    const value = rules[name];
    const { problems } = givenRules(this.settings);
    const problem = problems[name];
    const id = `play-rule-${name}`;
    const changed = (text: string | undefined): void => this.#set({ rules: { ...rules, [name]: text } });
    return html`
      <div class="play-rule">
        <label class="check">
          <input
            type="checkbox"
            data-testid="playground-rule-${name}"
            .checked=${value !== undefined}
            @change=${({ target }: Event) => changed(target instanceof HTMLInputElement && target.checked ? this.#filled(example) : undefined)}
          />
          <span><code>${name}</code><small>${hint}</small></span>
        </label>
        ${
          value === undefined
            ? nothing
            : html`<input
                id=${id}
                aria-label="${name}, as JSON"
                aria-invalid=${problem ? 'true' : nothing}
                autocomplete="off"
                spellcheck="false"
                .value=${value}
                @change=${({ target }: Event) => target instanceof HTMLInputElement && changed(target.value)}
              />`
        }
        ${problem ? html`<small class="problem">${problem}</small>` : nothing}
      </div>`;
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    super.willUpdate(changed);
    const { recommender } = this.session;
    if (recommender && this.products.length === 0) void this.#suggest(recommender);
  }

  protected override updated(): void {
    const { recommender } = this.session;
    const room = this.querySelector('.play-list');
    if (!recommender || !room) return;
    const { attributes } = this.settings;
    const { rules } = givenRules(this.settings);
    const shown = JSON.stringify([givenAttributes(this.settings), rules]);
    if (shown === this.#listed.settings && recommender === this.#listed.of) return;
    this.#listed = { settings: shown, of: recommender };
    // Created from markup, as on a shop's page, so that it starts with the defaults that a shop gets.
    const list = document.createElement('sidestream-recs');
    for (const [name, value] of givenAttributes(this.settings)) list.setAttribute(name, value);
    list.lang = attributes.lang ?? 'en';
    list.dir = list.lang === 'ar' ? 'rtl' : 'ltr';
    list.recommender = withRules(recommender, () => rules);
    list.addEventListener('error', this.#failed);
    list.addEventListener('recommend', this.#succeeded);
    room.replaceChildren(list);
  }

  async #suggest(recommender: Recommender): Promise<void> {
    try {
      const { items } = await recommender.catalog.browse({ limit: SUGGESTED });
      this.products = items.map(({ id, title }) => ({ id, title }));
    } catch (thrown) {
      this.session.report(thrown);
    }
  }

  #filled(example: string): string {
    return example
      .replaceAll('{category}', this.session.categories[0]?.path ?? '')
      .replaceAll('{item}', this.products[0]?.id ?? '');
  }

  #set(change: Partial<ListSettings>): void {
    this.settings = { ...this.settings, ...change };
    this.refused = '';
    this.copied = '';
  }

  readonly #reset = (): void => this.#set(BEGIN);

  readonly #failed = (event: CustomEvent<RecsErrorDetail>): void => {
    event.preventDefault();
    this.refused = event.detail.error.message;
  };

  readonly #succeeded = (): void => {
    this.session.showRest();
    this.refused = '';
  };

  async #copy(code: string): Promise<void> {
    this.copied = await copyText(code, this.querySelector('[data-testid=playground-code]'));
  }
}
