import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { Consent } from '../../src/device/protocol';
import { icon } from './pictures';
import { ShopElement } from './session';

/** The rule that applies until the shopper answers. */
const NOW: Readonly<Record<Consent, string>> = {
  pending: 'Until you choose, everything is forgotten when you close the shop.',
  granted: 'At the moment it is remembered.',
  denied: 'At the moment it is not.',
};

/**
 * Asks whether this device may store a profile, until the shopper answers or when the footer asks again. It is a part of the page and
 * covers none of it; until it is known whether it will ask, it reserves the space.
 */
@customElement('shop-consent')
export class ShopConsent extends ShopElement {
  protected override render(): TemplateResult | typeof nothing {
    const { session } = this;
    const unknown = session.consent === null;
    const asking = session.asking || session.consent === 'pending';
    if (session.failure || session.settings.namespace) return nothing;
    if (session.consent === 'granted' && !asking) return this.#remembered();
    if (!unknown && !asking) return nothing;
    return html`
      <section class="consent panel row ${unknown ? 'held' : ''}" aria-label="Privacy" data-testid=${unknown ? nothing : 'consent'}>
        ${icon('lock')}
        <p id="consent-question">Remember what I like on this device?</p>
        <div class="row" role="group" aria-labelledby="consent-question">
          <button class="button quiet" type="button" data-testid="consent-no" @click=${() => this.#decide('denied')}>No</button>
          <button class="button quiet" type="button" data-testid="consent-yes" @click=${() => this.#decide('granted')}>Yes</button>
        </div>
        <details class="hint">
          <summary>What yes and no mean</summary>
          <p>Nothing is sent anywhere, either way. ${NOW[session.consent ?? 'pending']}</p>
          <ul>
            <li><b>Yes</b>: the profile that the shop learns from your choices stays in this browser until you say no.</li>
            <li><b>No</b>: what was noted so far is deleted. From then on nothing is noted or learned, and you get the same lists as everybody. Your answer is not kept either: the shop asks again next time.</li>
          </ul>
        </details>
      </section>`;
  }

  #remembered(): TemplateResult {
    return html`
      <p class="consent hint row" data-testid="remembered">
        ${icon('lock')}
        <span>Remembered on this device.</span>
        <button class="link-button" type="button" data-testid="forget" @click=${() => this.#decide('denied')}>Forget</button>
      </p>`;
  }

  async #decide(level: Consent): Promise<void> {
    const { asking } = this.session;
    await this.session.decide(level);
    await this.updateComplete;
    // The pressed button is gone: return the focus to the element that opened the question.
    const next = document.querySelector<HTMLElement>(asking ? '[data-testid=privacy]' : 'main');
    next?.focus({ preventScroll: !asking });
  }
}
