import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { routeHref } from './route';
import { type BasketLine, ShopElement } from './session';
import './shop-consent';
import { icon, productImage } from './pictures';
import { forYou, shopRecs } from './shop-recs';
import { money, priceOf } from './templates';

/** The basket, and what goes well with it. */
@customElement('shop-basket')
export class ShopBasket extends ShopElement {
  protected override render(): TemplateResult {
    const { session } = this;
    const lines = [...session.basket.values()];
    const ids = lines.map(({ item }) => item.id);
    return html`
      <section class="block first" data-testid="basket-page">
        <h1 tabindex="-1">Basket</h1>
        ${lines.length > 0 ? this.#lines(lines) : this.#empty()}
      </section>
      ${
        ids.length > 0
          ? html`
            <div class="block">
              ${shopRecs(session, { placement: 'complement', heading: 'Goes well with your basket', itemId: ids, addToCart: true })}
            </div>`
          : html`<div class="block">${shopRecs(session, { placement: 'for-you', heading: forYou(session) })}</div>`
      }
      <shop-consent .session=${session}></shop-consent>`;
  }

  #empty(): TemplateResult {
    return html`
      <div class="calm" data-testid="basket-empty">
        <p><strong>Your basket is empty</strong></p>
        <p>What you add stays here for as long as this page is open.</p>
        <p><a class="button quiet" href="#/">Back to the shop</a></p>
      </div>`;
  }

  #lines(lines: BasketLine[]): TemplateResult {
    const total = lines.reduce((sum, { item, quantity }) => sum + (item.price ?? 0) * quantity, 0);
    return html`
      <ul class="basket-lines">
        ${repeat(
          lines,
          ({ item }) => item.id,
          (line) => this.#line(line),
        )}
      </ul>
      <div class="basket-total">
        <p role="status">Total <strong data-testid="basket-total">${money(total, this.session)}</strong></p>
        <p class="hint">Nothing can be ordered in a demo shop.</p>
      </div>`;
  }

  #line(line: BasketLine): TemplateResult {
    const { session } = this;
    const { item, quantity } = line;
    return html`
      <li data-testid="basket-line" data-id=${item.id}>
        ${productImage(item)}
        <a href=${routeHref('product', item.id)}>${item.title}</a>
        <span>${priceOf(item, session)}</span>
        <span class="basket-quantity" role="group" aria-label="Quantity of ${item.title}">
          <button class="icon-button" type="button" aria-label="One less" @click=${() => session.takeFromBasket(line)}>${icon('minus')}</button>
          <b>${quantity}</b>
          <button class="icon-button" type="button" aria-label="One more" @click=${() => session.addToBasket(item)}>${icon('plus')}</button>
        </span>
        <button class="link-button" type="button" aria-label="Remove ${item.title}" @click=${() => this.#remove(line)}>Remove</button>
      </li>`;
  }

  /** The pressed button is gone: the heading takes the focus. */
  readonly #remove = async (line: BasketLine): Promise<void> => {
    this.session.takeFromBasket(line, line.quantity);
    await this.updateComplete;
    this.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  };
}
