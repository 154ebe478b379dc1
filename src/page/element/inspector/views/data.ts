import { html, nothing, type TemplateResult } from 'lit';
import { whyNothing } from '../words';
import { type InspectorHost, lead, type View } from './view';

/** Actions that need a second click. */
type Question = 'reset' | 'forget' | 'import';

/** The data on this device: export, import, forget. Actions that cannot be undone ask first. */
export class YourDataView implements View {
  #asked: Question | null = null;
  #file: File | null = null;
  #passphrase = '';

  /** Everything that it shows is in the status. */
  load(): Promise<void> {
    return Promise.resolve();
  }

  render(host: InspectorHost): TemplateResult {
    const denied = host.status.consent === 'denied';
    const texts = host.words.texts.controls;
    const reason = whyNothing(host.status, host.words.texts);
    return html`
      ${reason ? lead(reason) : nothing}
      ${this.#facts(host)}
      ${host.heading(texts.heading)}
      <p class="note">${texts.note}</p>
      <label class="field">${texts.passphrase}
        <input type="password" autocomplete="new-password" data-testid="passphrase" .value=${this.#passphrase} @input=${this.#typed} />
      </label>
      <div part="controls" class="controls">
        <button class="button" type="button" data-testid="export" ?disabled=${host.busy || denied} @click=${() => this.#run(host, () => this.#export(host))}>${texts.export}</button>
        <label class="button ${host.busy || denied ? 'off' : ''}">${texts.import.button}<input class="sidestream-unseen" type="file" data-testid="import" ?disabled=${host.busy || denied} @change=${(event: Event) => this.#chosen(host, event)} /></label>
        <button part="reset" class="button" type="button" data-testid="reset" ?disabled=${host.busy} @click=${() => this.#ask(host, 'reset')}>${texts.reset.button}</button>
        <button class="button" type="button" data-testid="forget" ?disabled=${host.busy} @click=${() => this.#ask(host, 'forget')}>${texts.forget.button}</button>
      </div>
      ${this.#asked ? this.#question(host, this.#asked) : nothing}`;
  }

  #facts({ status, words }: InspectorHost): TemplateResult {
    const { texts, formats } = words;
    const { facts } = texts;
    const learning = status.learning && status.consent !== 'denied';
    type Fact = [name: keyof typeof facts.names, value: string];
    const rows: Fact[] = [
      ['consent', facts.consents[status.consent]],
      ['learning', learning ? facts.on : facts.off],
      ['events', formats.count(status.events)],
      ...(status.lastUpdate === null ? [] : [['last-update', formats.moment(status.lastUpdate)] satisfies Fact]),
    ];
    return html`
      <dl part="facts" class="facts">
        ${rows.map(([name, value]) => html`<div><dt>${facts.names[name]}</dt><dd data-fact=${name}>${value}</dd></div>`)}
      </dl>`;
  }

  #question(host: InspectorHost, asked: Question): TemplateResult {
    const texts = host.words.texts.controls;
    const { ask, ...named } = texts[asked];
    const yes = 'yes' in named ? named.yes : named.button;
    return html`
      <div class="question" role="alertdialog" aria-label=${ask} data-testid="question" @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && this.#answer(host)}>
        <p>${ask}</p>
        <div class="controls">
          <button class="button" type="button" data-testid="no" @click=${() => this.#answer(host)}>${texts.cancel}</button>
          <button class="button ${asked === 'import' ? '' : 'strong'}" type="button" data-testid="yes" ?disabled=${host.busy} @click=${() => this.#run(host, () => this.#do(host, asked))}>${yes}</button>
          ${
            asked === 'import'
              ? html`<button class="button strong" type="button" data-testid="merge" ?disabled=${host.busy} @click=${() => this.#run(host, () => this.#merge(host))}>${texts.merge}</button>`
              : nothing
          }
        </div>
      </div>`;
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
    await host.run(work);
    this.#asked = null;
    this.#file = null;
    host.update();
  }

  async #do(host: InspectorHost, asked: Question): Promise<void> {
    const { recommender } = host;
    if (asked === 'reset') await recommender.profile.reset();
    else if (asked === 'forget') await recommender.profile.forget();
    else if (this.#file) await recommender.profile.import(this.#file, this.#passphrase || undefined);
    await host.refresh();
    host.say(host.words.texts.controls[asked].done);
  }

  async #merge(host: InspectorHost): Promise<void> {
    if (!this.#file) return;
    const { added, exact } = await host.recommender.profile.merge(this.#file, this.#passphrase || undefined);
    await host.refresh();
    const { nothingNew, merged, incomplete } = host.words.texts.controls;
    const done = exact ? merged : host.words.joined([merged, incomplete]);
    host.say(added === 0 ? nothingNew : done);
  }

  async #export({ recommender, say, words }: InspectorHost): Promise<void> {
    const file = await recommender.profile.export(this.#passphrase || undefined);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    link.download = 'sidestream.profile';
    link.click();
    // The download has started: the browser keeps the file for it.
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    say(words.texts.controls.exported);
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
