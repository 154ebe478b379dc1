import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { SidestreamError } from '../../src/error';
import '../../src/page/element';
import { categorySlug } from './category';
import { demoBar } from './demo-bar';
import { type PageName, parseRoute, type Route, routeHref } from './route';
import { ScrollMemory } from './scroll-memory';
import { ShopElement } from './session';
import { BRAND } from './settings';
import './shop-header';
import { icon } from './pictures';
import { shopHome } from './shop-home';
import { shopPage } from './shop-page';
import { problem } from './templates';

const LISTED = ['recommend', 'error'] as const;

@customElement('shop-app')
export class ShopApp extends ShopElement {
  @state() private route: Route = parseRoute(location.hash);
  /** Route and title for which the document was last titled. */
  #titled = '';
  readonly #scroll = new ScrollMemory(history, () => scrollY);
  #restore = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#navigated);
    addEventListener('scroll', this.#scrolled, { passive: true });
    this.addEventListener('shop-ready', this.#ready);
    for (const type of LISTED) this.addEventListener(type, this.#listed);
  }

  protected override render(): TemplateResult {
    const { session } = this;
    const route = this.route;
    return html`
      <a class="skip button" href="#main" @click=${this.skipToMain}>Skip to the products</a>
      ${demoBar()}
      <shop-header
        role="banner"
        .session=${session}
        .route=${route}
      ></shop-header>
      ${this.#navigation()}
      <div class="body page">
        <main id="main" tabindex="-1">${session.failure ? this.#closed() : this.#page()}</main>
      </div>
      ${this.#footer()}
      <div class="overlays">${session.notice ? this.#notice(session.notice) : nothing}</div>
      <p class="visually-hidden" role="status" data-testid="answered">${session.answered}</p>`;
  }

  protected override updated(): void {
    const title = this.#title();
    // The page of a product puts its own in the place of this one.
    const titled = `${this.route.page}/${this.route.about} ${title}`;
    if (titled === this.#titled) return;
    this.#titled = titled;
    document.title = title;
  }

  #page(): TemplateResult {
    if (this.route.page === 'inspector') return this.#inspector();
    return shopPage(this.session, this.route) ?? shopHome(this.session);
  }

  #navigation(): TemplateResult {
    const { categories } = this.session;
    const current = this.route.page === 'category' ? this.route.about : '';
    const isCurrent = (path: string) => current === path || current.startsWith(`${path}/`);
    return html`
      <nav class="categories" aria-label="Categories">
        <ul class="chips page">
          ${categories.map(
            ({ path, name }) => html`
              <li>
                <a
                  href=${routeHref('category', path)}
                  data-testid="category-${categorySlug(path)}"
                  aria-current=${isCurrent(path) ? 'page' : nothing}
                  >${name}</a
                >
              </li>`,
          )}
        </ul>
      </nav>`;
  }

  #inspector(): TemplateResult {
    this.session.load('inspector', () => import('../../src/inspector'));
    return html`
      <section class="block first" data-testid="inspector">
        <h1 tabindex="-1">${this.session.learns ? 'Your profile on this device' : 'Nothing is learned here'}</h1>
        <sidestream-inspector heading-level="2" .recommender=${this.session.recommender}></sidestream-inspector>
      </section>`;
  }

  #footer(): TemplateResult {
    const { learns } = this.session;
    return html`
      <footer class="footer spread page">
        <p><strong>${BRAND}</strong> is a demo shop. Nothing is for sale, the visits and orders that its lists learned from are invented, and nothing you do here leaves this device.</p>
        <p class="row">
          ${learns ? html`<a href=${routeHref('watch')}>Watch it learn</a>` : html`<span data-testid="learning-denied">You said no: nothing is kept or learned</span>`}
          <a href=${routeHref('playground')} data-testid="playground-open">Playground</a>
          <a href="studio.html">Make one for your shop</a>
          <button class="link-button" type="button" data-testid="privacy" ?disabled=${!this.session.recommender} @click=${this.#ask}>Privacy choices</button>
        </p>
      </footer>`;
  }

  #closed(): TemplateResult {
    const { failure } = this.session;
    return html`
      <section class="block first" data-testid="closed">
        <h1 tabindex="-1">The products could not be loaded</h1>
        <div class="calm">
          ${failure ? problem(failure) : nothing}
          <p><button class="button" type="button" data-testid="reopen" @click=${() => this.session.open()}>Try again</button></p>
        </div>
      </section>`;
  }

  #notice(error: SidestreamError): TemplateResult {
    return html`
      <div class="notice panel spread" role="status" data-testid="notice">
        <div>${problem(error)}</div>
        <button class="icon-button" type="button" aria-label="Close this message" @click=${() => this.session.dismissNotice()}>${icon('close')}</button>
      </div>`;
  }

  #title(): string {
    const route = this.route;
    const { learns } = this.session;
    const names: Record<PageName, string | undefined> = {
      home: '',
      category: route.about.split('/').at(-1),
      search: 'Search',
      product: 'Product',
      basket: 'Basket',
      playground: 'Playground',
      inspector: 'Inspector',
      watch: learns ? 'Watch it learn' : 'Nothing learns here',
    };
    const name = names[route.page];
    if (name) return `${name} · ${BRAND}`;
    return learns ? `${BRAND}, a shop that learns on your device` : `${BRAND}, a demo shop`;
  }

  readonly #ask = (): void => {
    this.session.ask();
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('.consent button')?.focus());
  };

  readonly #scrolled = (): void => {
    if (this.#restore === 0) this.#scroll.leave();
  };

  readonly #navigated = async (): Promise<void> => {
    const next = parseRoute(location.hash);
    this.#restore = this.#scroll.arrive();
    this.route = next;
    await this.updateComplete;
    scrollTo({ top: 0, behavior: 'instant' });
    this.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  };

  readonly #listed = (): void => this.session.showRest();

  /** The page has its products, so it is now long enough to restore the scroll position. */
  readonly #ready = (): void => {
    if (this.#restore > 0) scrollTo({ top: this.#restore, behavior: 'instant' });
    this.#restore = 0;
  };
}
