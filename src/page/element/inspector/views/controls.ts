import { html, nothing, type TemplateResult } from 'lit';
import { mergedText } from '../wording';
import type { InspectorHost } from './view';

/** Actions that need a second click. */
type Question = 'reset' | 'forget' | 'import';

const QUESTIONS: Record<Question, { ask: string; yes: string }> = {
  reset: {
    ask: 'Forget the profile and every choice? Your answer about keeping a profile stays.',
    yes: 'Forget the profile',
  },
  forget: {
    ask: 'Delete everything on this device, including your answer about keeping a profile? The shop will ask again.',
    yes: 'Delete everything',
  },
  import: {
    ask: 'Should the file replace the profile on this device, or be merged with it, as if you had done everything on one device?',
    yes: 'Replace',
  },
};

/** Export, import, forget. Actions that cannot be undone ask first. */
export class Controls {
  #asked: Question | null = null;
  #file: File | null = null;
  #busy = false;
  #passphrase = '';

  render(host: InspectorHost): TemplateResult {
    const denied = host.status.consent === 'denied';
    return html`
      ${host.heading('Take your profile with you, or delete it')}
      <p class="note">The file holds the profile and the choices behind it, and nothing else. With a passphrase, only those who know the passphrase can read it.</p>
      <label class="field">Passphrase (may be empty)
        <input type="password" autocomplete="new-password" data-testid="passphrase" .value=${this.#passphrase} @input=${this.#typed} />
      </label>
      <div part="controls" class="controls">
        <button class="button" type="button" data-testid="export" ?disabled=${this.#busy || denied} @click=${() => this.#run(host, () => this.#export(host))}>Export</button>
        <label class="button ${this.#busy || denied ? 'off' : ''}">Import<input class="unseen" type="file" data-testid="import" ?disabled=${this.#busy || denied} @change=${(event: Event) => this.#chosen(host, event)} /></label>
        <button part="reset" class="button" type="button" data-testid="reset" ?disabled=${this.#busy} @click=${() => this.#ask(host, 'reset')}>Forget the profile</button>
        <button class="button" type="button" data-testid="forget" ?disabled=${this.#busy} @click=${() => this.#ask(host, 'forget')}>Delete everything</button>
      </div>
      ${this.#asked ? this.#question(host, this.#asked) : nothing}`;
  }

  #question(host: InspectorHost, asked: Question): TemplateResult {
    const { ask, yes } = QUESTIONS[asked];
    return html`
      <div class="question" role="alertdialog" aria-label=${ask} data-testid="question" @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && this.#answer(host)}>
        <p>${ask}</p>
        <div class="controls">
          <button class="button" type="button" data-testid="no" @click=${() => this.#answer(host)}>Cancel</button>
          <button class="button ${asked === 'import' ? '' : 'strong'}" type="button" data-testid="yes" ?disabled=${this.#busy} @click=${() => this.#run(host, () => this.#do(host, asked))}>${yes}</button>
          ${asked === 'import' ? this.#mergeButton(host) : nothing}
        </div>
      </div>`;
  }

  #mergeButton(host: InspectorHost): TemplateResult {
    return html`<button class="button strong" type="button" data-testid="merge" ?disabled=${this.#busy} @click=${() => this.#run(host, () => this.#merge(host))}>Merge</button>`;
  }

  #ask(host: InspectorHost, question: Question): void {
    this.#asked = question;
    host.focus('[data-testid=no]');
  }

  #answer(host: InspectorHost): void {
    const asked = this.#asked;
    this.#asked = null;
    this.#file = null;
    host.focus(`[data-testid=${asked}]`);
  }

  async #run(host: InspectorHost, work: () => Promise<void>): Promise<void> {
    this.#busy = true;
    host.update();
    try {
      await work();
    } catch (thrown) {
      host.fail(thrown);
    } finally {
      this.#busy = false;
      this.#asked = null;
      this.#file = null;
      host.update();
    }
  }

  async #do(host: InspectorHost, asked: Question): Promise<void> {
    const { recommender } = host;
    const done = {
      reset: 'The profile is forgotten.',
      forget: 'Everything is deleted.',
      import: 'The file is in use.',
    };
    if (asked === 'reset') await recommender.reset();
    else if (asked === 'forget') await recommender.forget();
    else if (this.#file) await recommender.importProfile(this.#file, this.#passphrase || undefined);
    await host.refresh();
    host.say(done[asked]);
  }

  async #merge(host: InspectorHost): Promise<void> {
    if (!this.#file) return;
    const passphrase = this.#passphrase || undefined;
    const { added, exact } = await host.recommender.importProfile(this.#file, { passphrase, merge: true });
    await host.refresh();
    host.say(mergedText(added, exact));
  }

  async #export({ recommender, say }: InspectorHost): Promise<void> {
    const file = await recommender.exportProfile(this.#passphrase || undefined);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    link.download = 'sidestream.profile';
    link.click();
    // The download has started: the browser keeps the file for it.
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    say('The file was made.');
  }

  #chosen(host: InspectorHost, { target }: Event): void {
    const file = target instanceof HTMLInputElement ? target.files?.[0] : undefined;
    if (!(target instanceof HTMLInputElement) || !file) return;
    this.#file = file;
    target.value = '';
    this.#ask(host, 'import');
  }

  readonly #typed = ({ target }: Event): void => {
    if (target instanceof HTMLInputElement) this.#passphrase = target.value;
  };
}
