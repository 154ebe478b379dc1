import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Recommender } from '../../device/protocol';
import type { SidestreamError } from '../../error';
import { createRecommender } from '../../page/client';
import { routeHref } from '../route';
import { RULES, ShopElement } from '../session';
import './watch-visit';

/** The page "Watch it learn" of the demo. Loaded when it is opened. */
@customElement('watch-learning')
export class WatchLearning extends ShopElement {
  /** Number of the pair of tastes, from the address; without one, it is drawn. */
  @property({ attribute: false }) pair: number | undefined;

  protected override firstUpdated(): void {
    // This page has no list that the rest of the page must wait for.
    this.session.showRest();
  }

  protected override render(): TemplateResult {
    const { learning, recommender } = this.session;
    return html`
      <section class="block first">
        <h1 tabindex="-1">${learning === 'on' ? 'Watch it learn' : 'Nothing learns here'}</h1>
        ${
          // After "No", nothing may learn here either, and learning from the scripted shopper is deleted.
          learning === 'on' && recommender ? this.#visit() : this.#nothing()
        }
      </section>`;
  }

  #visit(): TemplateResult {
    return html`
      <watch-visit
        .open=${this.#open}
        .pair=${this.pair}
        .about=${aboutPair}
        .next=${OWN_CLICKS}
        @draw=${this.#drawn}
        @trouble=${({ detail }: CustomEvent<SidestreamError>) => this.session.report(detail)}
      ></watch-visit>`;
  }

  #nothing(): TemplateResult {
    const { learning } = this.session;
    if (learning === 'on') return html`<p class="lead">Opening …</p>`;
    const denied = learning === 'denied';
    return html`
      <div class="calm" data-testid="watch-denied">
        <p><strong>${denied ? 'You said no, so nothing is learned' : 'Learning is switched off in this shop'}</strong></p>
        <p>
          ${
            denied
              ? 'Nothing you do is noted or kept, and this demonstration does not run either. Under “Privacy choices”, at the end of the page, you can answer again.'
              : 'The address of this page says “learning=off”, so this demonstration does not run either.'
          }
        </p>
        <p><a class="button quiet" href="#/">Back to the shop</a></p>
      </div>`;
  }

  /** A recommender with the settings of the shop's, whose profile is only in memory and not shared. */
  readonly #open = (): Promise<Recommender> => {
    const { bundle } = this.session.settings;
    return createRecommender({ bundle, rules: RULES, consent: 'pending', namespace: `watch ${Date.now()}` });
  };

  readonly #drawn = ({ detail }: CustomEvent<number>): void => {
    this.pair = detail;
    // The same page: neither its scroll position nor the focus changes.
    history.replaceState(history.state, '', routeHref('watch', `${detail}`));
  };
}

const OWN_CLICKS = html`<a class="button" href="#/" data-testid="watch-own">Now with your own clicks</a>`;

const aboutPair = (pair: number): TemplateResult => html`
  <p class="hint">
    Her tastes are pair ${pair} of those drawn at random from the shop’s categories. An expert on trial is kept if it predicts her
    better than the all-rounder; otherwise the all-rounder follows her alone.
  </p>`;
