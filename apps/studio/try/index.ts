import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { parseRoute, routeHref } from '../../demo/route';
import type { Session } from '../../demo/session';
import { SessionElement } from '../../demo/session-element';
import { allProducts } from '../../demo/shop-home';
import { shopPage } from '../../demo/shop-page';
import { shopRecs } from '../../demo/shop-recs';
import '../../../src/page/element';
import { ownShop } from '../page/own-shop';
import { alertOf } from '../page/templates';
import { counted, learnedSentence } from '../page/words';
import type { StudioState } from '../session';
import type { ShopLines } from '../take-away/texts';
import './preview';
import { triedShop } from './tried-shop';

/** Step 4: the shop's own products with their lists, which follow the clicks, on the pages of the demo shop. */
@customElement('studio-try')
export class StudioTry extends SessionElement<Session> {
  @property({ attribute: false }) state!: StudioState;
  @state() private spoken = '';

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#navigated);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#navigated);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('state') && this.state.bundle) this.session = triedShop(this.state);
    super.willUpdate(changed);
  }

  protected override render(): TemplateResult {
    const { recommender, failure, notice } = this.session;
    return html`
      ${alertOf('Your shop cannot be shown.', failure, () => this.session.open())}
      ${alertOf('Something did not work.', notice)}
      ${recommender ? this.#shop() : failure ? nothing : html`<p role="status">Opening your shop …</p>`}
      ${this.session.examples === null && !failure ? nothing : this.#below()}
      <p class="visually-hidden" role="status">${this.spoken}</p>`;
  }

  /** The part below the lists, once these are there. */
  #below(): TemplateResult {
    return html`
      <section class="block" aria-labelledby="try-help">
        <h2 id="try-help">Does it help?</h2>
        <div data-testid="try-gain">${gainText(this.state)}</div>
      </section>
      <section class="block stack" aria-labelledby="try-page">
        <h2 id="try-page">On your own page</h2>
        <studio-preview .lines=${this.#lines}></studio-preview>
      </section>`;
  }

  #shop(): TemplateResult {
    const { session } = this;
    const choices = session.choices ?? 0;
    return html`
      <div class="row spread">
        <p data-testid="try-choices">
          ${
            choices === 0
              ? 'Open a few products: the lists follow, computed in this tab.'
              : `The lists follow from ${counted(choices, 'product')} that you opened.`
          }
        </p>
        <a href=${routeHref('watch')} data-testid="try-watch">Watch it learn with a simulated shopper</a>
        <button class="button quiet" type="button" data-testid="try-forget" ?disabled=${choices === 0} @click=${this.#forget}>Forget</button>
      </div>
      <div>
        ${
          shopPage(session, parseRoute(location.hash)) ??
          html`${shopRecs(session, { placement: 'for-you' })} ${allProducts(session)}`
        }
      </div>`;
  }

  get #lines(): ShopLines {
    const { catalog } = this.state;
    const { currency, address } = ownShop(catalog);
    return { currency, address: catalog?.withoutAddress === 0 ? null : address };
  }

  readonly #navigated = async (): Promise<void> => {
    this.requestUpdate();
    await this.updateComplete;
    this.scrollIntoView({ block: 'start' });
    this.closest('main')?.focus({ preventScroll: true });
  };

  readonly #forget = async (): Promise<void> => {
    try {
      await this.session.recommender?.profile.reset();
      this.spoken = 'Forgotten. The lists know nothing of you again.';
    } catch (thrown) {
      this.session.report(thrown);
    }
  };
}

/** The gain that the log shows, with its error; or how to learn it. */
function gainText({ log, learned }: StudioState): TemplateResult {
  if (learned) {
    const { gain } = learned;
    return html`
      <p>${learnedSentence(learned)}</p>
      ${
        gain
          ? html`<p class="hint">The difference is ${points(gain.mean)} ± ${points(gain.error)} percentage points: mean and standard error over the same ${counted(gain.shoppers, 'shopper')} with both lists.</p>`
          : nothing
      }`;
  }
  const text = log
    ? 'Your log is read, but nothing has been learned from it. Let step 3 learn: it sets some shoppers aside and says here whether the lists help them.'
    : 'Only your own shoppers can say. With a log of orders or clicks, step 3 learns from some of them and says here how much better the lists predict what the others chose, compared with a list of bestsellers.';
  return html`<p>${text}</p>`;
}

const points = (share: number): string => (100 * share).toFixed(1);
