import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import './shop-grid';
import { categorySlug, findCategory, trail } from './category';
import { routeHref } from './route';
import { ShopElement } from './session';
import './shop-consent';
import { forYou, shopRecs } from './shop-recs';
import { breadcrumbs } from './templates';

/** The products of a category or of a search. */
@customElement('shop-list')
export class ShopList extends ShopElement {
  @property() category = '';
  @property() query = '';
  /** Ids of the grid, which the recommendations below need not repeat. */
  @state() private shown: string[] = [];

  protected override render(): TemplateResult {
    const { session, category, query } = this;
    const steps = trail(category);
    return html`
      <section class="block first">
        ${category ? breadcrumbs(steps.slice(0, -1)) : nothing}
        <h1 tabindex="-1">${query ? html`Results for “${query}”` : (steps.at(-1)?.name ?? category)}</h1>
        ${category ? this.#narrower() : nothing}
        <shop-consent .session=${session}></shop-consent>
        <shop-grid .session=${session} .category=${category} .query=${query} @shop-shown=${this.#onShown}></shop-grid>
      </section>
      <div class="block">${shopRecs(session, { placement: 'for-you', heading: forYou(session), exclude: this.shown })}</div>`;
  }

  readonly #onShown = ({ detail }: CustomEvent<string[]>): void => {
    this.shown = detail;
  };

  /** The subcategories of this category, or otherwise its siblings. */
  #narrower(): TemplateResult | typeof nothing {
    const steps = trail(this.category);
    const here = findCategory(this.session.categories, this.category);
    const parent = here?.children.length ? here : findCategory(this.session.categories, steps.at(-2)?.path ?? '');
    if (!parent?.children.length) return nothing;
    return html`
      <ul class="row chips" aria-label="Within ${parent.name}">
        ${[{ ...parent, name: 'All' }, ...parent.children].map(
          ({ path, name }) => html`
            <li>
              <a
                href=${routeHref('category', path)}
                data-testid=${path === parent.path ? nothing : `category-${categorySlug(path)}`}
                aria-current=${path === this.category ? 'page' : nothing}
                >${name}</a
              >
            </li>`,
        )}
      </ul>`;
  }
}
