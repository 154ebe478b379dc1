import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { counted, messageOf } from '../../src/core/common/text';
import type { Recommendation, Recommender } from '../../src/device/protocol';
import { PLACEMENTS, type Placement, rulesAt } from '../../src/device/ranking';
import type { RecsErrorDetail, RecsRenderDetail } from '../../src/page/element';
import { withRules } from '../demo/ruled-lists';
import { PageElement } from '../demo/session-element';
import { CardDrag } from './card-drag';
import { type Catalog, check, type Problem, save, simulatedShopper } from './catalog';
import { focusProduct, keepFocus } from './focus';
import {
  changed,
  type Difference,
  type Draft,
  differences,
  type FormPin,
  fileOf,
  isEmpty,
  KINDS,
  listName,
  NAMES,
  nameIn,
  newDraft,
  type Place,
  pinned,
  problemWords,
  publishedOf,
  unpinned,
  words,
} from './model';
import { inputOf, ruleForm } from './rule-form';

/** Time after the last key before the rules are checked and shown, ms. */
const DELAY = 250;

/** The page: rules on one side, a list that follows them on the other. */
@customElement('rules-editor')
export class RulesEditor extends PageElement {
  @state() private drafts: Draft[];
  @state() private saved: Draft[];
  @state() private problems: Problem[] = [];
  #opened = new Set<number>();
  @state() private placement: Placement = 'trending';
  @state() private itemId: string;
  @state() private asOf = '';
  @state() private list: Recommendation[] = [];
  @state() private said = '';
  @state() private wrong = '';
  @state() private differences: Difference[] = [];
  #shopper: Recommender | undefined;
  /** Shoppers come one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  /** The shopper's recommender with the rules of the page. */
  @state() private ruled: Recommender | undefined;
  #timer = 0;
  #checks = 0;
  #saving = false;
  /** The drafts before each change, the latest last. */
  readonly #past: Draft[][] = [];
  /** The button that a key pressed in the order of the list, by the product and its label. */
  #pressed: { id: string; label: string } | undefined;
  readonly #titles: ReadonlyMap<string, string>;
  readonly #drag = new CardDrag(
    () => [...(this.querySelector('sidestream-recs')?.shadowRoot?.querySelectorAll<HTMLElement>('li[data-id]') ?? [])],
    (pin) => this.#pin(pin),
  );

  constructor(
    private readonly catalog: Catalog,
    private tag: string,
    drafts: Draft[],
  ) {
    super();
    this.drafts = drafts;
    this.saved = drafts;
    this.itemId = catalog.products[0]?.id ?? '';
    this.#titles = new Map(catalog.products.map(({ id, title }) => [id, title]));
    addEventListener('keydown', (event: KeyboardEvent) => {
      // A field undoes its own text.
      const isField = event.target instanceof Element && event.target.matches('input, select, dialog, dialog *');
      if ((event.ctrlKey || event.metaKey) && event.key === 'z' && !isField) this.#undo();
    });
    addEventListener('beforeunload', (event) => {
      if (this.#changes().length > 0) event.preventDefault();
    });
  }

  protected override firstUpdated(): void {
    void this.#follow();
    this.#invite('');
  }

  /** Shows the lists of another shopper. @param category that they like; empty for somebody unknown */
  #invite(category: string): void {
    this.#turn = this.#turn.then(async () => {
      const before = this.#shopper;
      try {
        this.#shopper = await simulatedShopper(category, this.catalog);
        await this.#follow();
        await before?.close();
      } catch (thrown) {
        this.wrong = messageOf(thrown);
      }
    });
  }

  protected override render(): TemplateResult {
    const count = this.#changes().length;
    return html`
      <header class="top row page">
        <h1>Rules of the lists</h1>
        <p role="status">${this.said}</p>
        <button class="button quiet" type="button" ?disabled=${this.#past.length === 0} @click=${this.#undo}>Undo</button>
        <button class="button" type="button" ?disabled=${count === 0} @click=${this.#ask}>
          ${count === 0 ? 'Nothing to save' : `Save ${counted(count, 'change')} …`}
        </button>
      </header>
      ${this.wrong ? html`<p class="problem page" role="alert">${this.wrong}</p>` : nothing}
      <main class="rooms page">
        <section class="stack" aria-labelledby="rules-title">
          <h2 id="rules-title">Rules</h2>
          ${this.#about('')}
          ${this.drafts.length === 0 ? html`<p class="hint">No rules yet. Drag a product in the preview, or add a rule.</p>` : nothing}
          <ol class="rules stack">
            ${repeat(
              this.drafts,
              ({ key }) => key,
              (draft, n) => html`<li class="panel">${this.#rule(draft, n)}</li>`,
            )}
          </ol>
          <p class="row" role="group" aria-label="Add a rule">
            ${KINDS.map((kind) => html`<button class="button quiet" type="button" @click=${() => this.#add(kind)}>${NAMES[kind]} …</button>`)}
          </p>
          <h3 id="examples">Examples</h3>
          <ul class="stack" aria-labelledby="examples">
            ${this.#examples().map((draft) => html`<li><button class="button quiet small" type="button" @click=${() => this.#change([...this.drafts, draft])}>${words(draft.entry, this.#titleOf)}</button></li>`)}
          </ul>
        </section>
        <section class="stack" aria-labelledby="preview-title">
          <h2 id="preview-title">Preview</h2>
          ${this.#settings()}
          <p class="hint">Drag a product to pin it to a place (on a touch screen, hold it first), or use the buttons below the list.</p>
          <div class="list" draggable="true" @dragstart=${this.#drag} @dragover=${this.#drag} @drop=${this.#drag} @dragend=${this.#drag}>
            ${
              this.ruled
                ? html`<sidestream-recs inert limit="12" placement=${this.placement} .itemId=${this.#needsItem ? this.itemId : ''} .recommender=${this.ruled} @recommend=${this.#listed} @error=${this.#refused}></sidestream-recs>`
                : nothing
            }
          </div>
          ${this.#order()}
        </section>
      </main>
      <datalist id="products">
        ${this.catalog.products.map(({ id, title }) => html`<option value=${id}>${title}</option>`)}
      </datalist>
      <dialog aria-labelledby="save-title">
        <div class="stack">
        <h2 id="save-title">Save these changes?</h2>
        <ul class="differences stack hint">
          ${this.differences.map(({ what, text }) => html`<li><strong>${what}</strong> ${text}</li>`)}
        </ul>
        <p class="hint">Pages follow the file when they are next loaded.</p>
        <form method="dialog" class="row">
          <button class="button" type="button" @click=${this.#save}>Write rules.json</button>
          <button class="button quiet">Not yet</button>
        </form>
        </div>
      </dialog>`;
  }

  #settings(): TemplateResult {
    const set = (change: (value: string) => void) => (event: Event) => {
      change(inputOf(event));
      this.wrong = '';
      void this.#follow();
    };
    return html`
      <div class="fields">
        <label>List
          <select @change=${set((value) => {
            this.placement = PLACEMENTS.find((name) => name === value) ?? this.placement;
          })}>
            ${PLACEMENTS.map((name) => html`<option value=${name} ?selected=${name === this.placement}>${listName(name)}</option>`)}
          </select>
        </label>
        ${
          this.#needsItem
            ? html`<label>Product in view
                <input list="products" .value=${this.itemId} @change=${set((value) => {
                  this.itemId = value;
                })} />
              </label>`
            : nothing
        }
        <label>As of
          <input type="datetime-local" .value=${this.asOf} @input=${set((value) => {
            this.asOf = value;
          })} />
        </label>
        <label>Shopper
          <select @change=${(event: Event) => this.#invite(inputOf(event))}>
            <option value="">Nobody known</option>
            ${this.catalog.categories.map((category) => html`<option value=${category}>Likes ${category}</option>`)}
          </select>
        </label>
      </div>`;
  }

  /** Whether the list is about a product in view. */
  get #needsItem(): boolean {
    return this.placement === 'similar' || this.placement === 'complement';
  }

  readonly #listed = ({ detail }: CustomEvent<RecsRenderDetail>): void => {
    this.list = detail.items;
    const pressed = this.#pressed;
    this.#pressed = undefined;
    if (pressed) void this.updateComplete.then(() => focusProduct(this, pressed.id, pressed.label));
  };

  readonly #refused = (event: CustomEvent<RecsErrorDetail>): void => {
    event.preventDefault();
    this.wrong = event.detail.error.message;
  };

  #order(): TemplateResult {
    const last = this.list.length - 1;
    return html`
      <h3 id="order-title">Order of the list</h3>
      ${this.list.length === 0 ? html`<p class="hint">The list is empty.</p>` : nothing}
      <ol class="order" aria-labelledby="order-title">
        ${this.list.map(({ item: { id, title }, source }, n) => {
          const button = (text: string, label: string, disabled: boolean, act: () => void): TemplateResult => {
            const press = ({ detail }: MouseEvent) => {
              // By keyboard: a pointer stays where it is.
              if (detail === 0) this.#pressed = { id, label };
              act();
            };
            return html`
              <button class="button quiet small" type="button" aria-label="${label}: ${title}" title=${label} ?disabled=${disabled} @click=${press}>${text}</button>`;
          };
          const isPinned = source === 'pinned';
          return html`
            <li class="row spread" data-product=${id}>
              <span>${title}${isPinned ? html` <small>pinned</small>` : nothing}</span>
              <span class="row">
                ${button('To front', 'Pin to the front', isPinned && n === 0, () => this.#pin({ itemId: id, position: 0 }))}
                ${button('↑', 'Pin one place earlier', n === 0, () => this.#pin({ itemId: id, position: n - 1 }))}
                ${button('↓', 'Pin one place later', n === last, () => this.#pin({ itemId: id, position: n + 1 }))}
                ${button('Unpin', 'Remove the pin', !isPinned, () => this.#change(unpinned(this.drafts, id, this.#place())))}
                ${button('Hide', 'Hide in all lists', isPinned, () => this.#add('hide', id))}
              </span>
            </li>`;
        })}
      </ol>`;
  }

  #rule(draft: Draft, n: number): TemplateResult {
    const { key } = draft;
    const written = this.#written.indexOf(draft) + 1;
    return ruleForm(draft, {
      catalog: this.catalog,
      titleOf: this.#titleOf,
      number: n + 1,
      open: this.#opened.has(key),
      problems: this.#about(nameIn(draft.entry) ?? `rule ${written}`),
      change: (change) => this.#change(this.drafts.map((one) => (one.key === key ? changed(one, change) : one))),
      remove: () => this.#change(this.drafts.filter((one) => one.key !== key)),
      later: n < this.drafts.length - 1 ? () => this.#move(n) : undefined,
      earlier: n > 0 ? () => this.#move(n - 1) : undefined,
    });
  }

  /** The problems of a rule; an empty name stands for the whole file. */
  #about(name: string): TemplateResult | typeof nothing {
    const problems = this.problems.filter(({ rule }) => rule === name);
    if (problems.length === 0) return nothing;
    return html`<ul class="hint">
      ${problems.map(
        ({ level, field, reason }) => html`
          <li class=${level === 'error' ? 'problem' : 'warning'}>
            ${level === 'error' ? 'Error' : 'Warning'}. ${problemWords(field, reason)}
          </li>`,
      )}
    </ul>`;
  }

  readonly #titleOf = (id: string): string => this.#titles.get(id) ?? id;
  #changes = (): Difference[] => differences(this.saved, this.#written, this.#titleOf);

  get #written(): Draft[] {
    return this.drafts.filter((draft) => !isEmpty(draft));
  }

  #place(): Place {
    return { placement: this.placement, now: this.asOf ? Date.parse(this.asOf) : Date.now() };
  }

  #add(kind: (typeof KINDS)[number], itemId?: string): void {
    const condition = itemId === undefined ? {} : { condition: { field: 'id', match: itemId } };
    const draft = newDraft({ kind, ...condition });
    if (itemId === undefined) this.#opened.add(draft.key);
    this.#change([...this.drafts, draft]);
    const first = () => this.querySelector<HTMLElement>('.rules > li:last-child input');
    if (itemId === undefined) void this.updateComplete.then(() => first()?.focus());
  }

  /** Rules with products of the shop that a click adds. */
  #examples(): Draft[] {
    const { products, categories } = this.catalog;
    const [first = '', second = first] = categories.filter((path) => !path.includes('/'));
    const about = (match: string) => ({ condition: { field: 'category', match } });
    const pins = products.slice(0, 1).map(({ id }) => ({ itemId: id, position: 0 }));
    return [
      newDraft({ kind: 'pin', placements: ['trending'], pins }),
      newDraft({ kind: 'raise', placements: ['for-you'], ...about(first) }),
      newDraft({ kind: 'hide', ...about(second) }),
    ].filter((draft) => !isEmpty(draft));
  }

  #pin(pin: FormPin): void {
    this.#change(pinned(this.drafts, pin, this.#place()));
  }

  #move(n: number): void {
    this.#change([...this.drafts.slice(0, n), ...this.drafts.slice(n, n + 2).reverse(), ...this.drafts.slice(n + 2)]);
  }

  #change(drafts: Draft[]): void {
    // Letters typed in one go are one change.
    if (this.#timer === 0 || !document.activeElement?.matches('input')) this.#past.push(this.drafts);
    this.#show(drafts);
  }

  readonly #undo = (): void => {
    const drafts = this.#past.pop();
    if (drafts) this.#show(drafts);
  };

  #show(drafts: Draft[]): void {
    this.drafts = drafts;
    this.said = '';
    this.wrong = '';
    void keepFocus(this, this.updateComplete);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => {
      this.#timer = 0;
      void this.#follow();
    }, DELAY);
  }

  async #follow(): Promise<void> {
    const number = ++this.#checks;
    try {
      const rules = publishedOf(this.#written);
      const { placement, now } = this.#place();
      this.ruled = this.#shopper && withRules(this.#shopper, () => rulesAt(rules, placement, now));
      const problems = await check(fileOf(this.#written));
      if (number !== this.#checks) return;
      this.problems = problems;
    } catch (thrown) {
      if (number === this.#checks) this.wrong = messageOf(thrown);
    }
  }

  readonly #ask = (): void => {
    this.differences = this.#changes();
    this.querySelector('dialog')?.showModal();
  };

  readonly #save = async (): Promise<void> => {
    if (this.#saving) return;
    this.#saving = true;
    // A check that is under way must not replace what saving says.
    this.#checks++;
    const drafts = this.#written;
    try {
      const { problems, tag } = await save(fileOf(drafts), this.tag);
      this.problems = problems;
      if (tag === null) throw new Error('Nothing was written: correct the errors first.');
      this.tag = tag;
      this.saved = drafts;
      this.said = 'Saved.';
      this.wrong = '';
    } catch (thrown) {
      this.wrong = messageOf(thrown);
    }
    this.#saving = false;
    this.querySelector('dialog')?.close();
  };
}
