import { html, type TemplateResult } from 'lit';
import { icon } from './icon';
import type { Session } from './session';

/** Asks once, or again on request, whether this device may remember. `done` closes it. */
export function consentBanner(session: Session, done: () => void): TemplateResult {
  const decide = (level: 'granted' | 'denied') => () => {
    void session.decide(level);
    done();
  };
  const now = {
    pending: 'Until you choose, the shop forgets everything when you close it.',
    granted: 'At the moment it does. “No” deletes what was kept.',
    denied: 'At the moment it does not.',
  }[session.consent];
  return html`
    <section class="consent" aria-label="Privacy" data-testid="consent">
      ${icon('lock')}
      <div>
        <p><strong>Remember what I like on this device?</strong></p>
        <p>Nothing is sent anywhere, either way. ${now}</p>
      </div>
      <div class="consent-choice">
        <button class="button quiet" type="button" data-testid="consent-no" @click=${decide('denied')}>No</button>
        <button class="button" type="button" data-testid="consent-yes" @click=${decide('granted')}>Yes</button>
      </div>
    </section>`;
}
