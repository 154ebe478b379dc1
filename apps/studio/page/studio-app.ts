import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { SidestreamError } from '../../../src/error';
import { demoBar } from '../../demo/demo-bar';
import { icon } from '../../demo/pictures';
import { currentStep, missingFor, numberOf, STEPS, type Step, type StepName, stepAt, stepOf } from './steps';
import './studio-catalog';
import { StudioElement } from './studio-element';
import './studio-encode';
import './studio-learn';
import { alertOf } from './templates';
import { counted } from './words';

const DRAGGED = ['dragover', 'drop'] as const;

/** A file that is dropped beside the place for it must not open in this tab instead of Studio. */
const missed = (event: DragEvent): void => event.preventDefault();

/** Marks a picture without a transparent corner as a photograph, which fills its tile. */
function markPhoto({ target }: Event): void {
  if (!(target instanceof HTMLImageElement) || !target.closest('.tile')) return;
  const pixel = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
  pixel?.drawImage(target, 0, 0, 1, 1, 0, 0, 1, 1);
  let isOpaque = true;
  try {
    isOpaque = pixel?.getImageData(0, 0, 1, 1).data[3] === 255;
  } catch {
    // A picture of another host cannot be looked at: shops have photographs.
  }
  target.classList.toggle('photo', isOpaque);
}

/** The page of Studio: the list of the steps, and the content of one. */
@customElement('studio-app')
export class StudioApp extends StudioElement {
  @state() private step: StepName = 'catalogue';
  /** Steps whose code is loaded, or on its way. */
  #loading = new Set<StepName>();
  @state() private failure: SidestreamError | null = null;
  @state() private deleting = false;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('hashchange', this.#navigated);
    for (const type of DRAGGED) addEventListener(type, missed);
    this.addEventListener('load', markPhoto, true);
    // A returning user continues where they were, unless the address says otherwise.
    this.step = stepAt(location.hash) ?? currentStep(this.session.state);
  }

  protected override render(): TemplateResult {
    const { session, state } = this;
    const { opened, failure, resumed } = session;
    const step = stepOf(this.step);
    const something = state.catalog !== null || failure !== null;
    return html`
      <a class="skip button" href="#main" @click=${this.skipToMain}>Skip to the step</a>
      ${demoBar()}
      <header class="studio-header spread page">
        <h1>Sidestream Studio</h1>
        ${something ? html`<button class="button quiet" type="button" @click=${this.#ask}>Start over</button>` : nothing}
      </header>
      <div class="studio-body page">
        ${opened ? this.#steps() : nothing}
        <main id="main" tabindex="-1">
          ${alertOf('Studio could not open what it keeps in this browser.', failure, () => session.open())}
          ${opened && state.catalog === null && this.step === 'catalogue' && session.running === null ? this.#intro() : nothing}
          ${
            opened && resumed !== null && this.step === resumed
              ? html`<p class="panel wash">Welcome back. What you made earlier is still here: you are at step ${numberOf(resumed)} of ${STEPS.length}, ${stepOf(resumed).title}.</p>`
              : nothing
          }
          ${opened ? this.#content(step) : nothing}
        </main>
      </div>
      <p class="visually-hidden" role="status">${session.spoken}</p>
      ${this.#dialog()}`;
  }

  protected override updated(): void {
    document.title = `${numberOf(this.step)}. ${stepOf(this.step).title} · Sidestream Studio`;
  }

  #steps(): TemplateResult {
    const { session, state } = this;
    return html`
      <nav class="steps" aria-label="Steps">
        <ol>
          ${STEPS.map(({ name, title, optional }, at) => {
            const status = session.statusOf(name);
            const missing = missingFor(name, state);
            const words = missing ? `needs step ${numberOf(missing.first.name)}` : status;
            return html`
              <li data-status=${status} ?data-missing=${missing !== null}>
                <a href="#${name}" aria-current=${name === this.step ? 'step' : nothing}>
                  <span class="step-number">
                    ${status === 'done' ? icon('check') : status === 'failed' ? icon('failed') : nothing}
                    <span class=${status === 'done' || status === 'failed' ? 'visually-hidden' : ''}>${at + 1}</span>
                  </span>
                  <span class="step-title">${title}</span>
                  <small>${optional && status === 'to do' ? `optional, ${words}` : words}</small>
                </a>
              </li>`;
          })}
        </ol>
      </nav>`;
  }

  #content({ name, title, about }: Step): TemplateResult {
    const missing = missingFor(name, this.state);
    return html`
      <section class="step" aria-labelledby="step-title">
        <h2 id="step-title" tabindex="-1">${numberOf(name)}. ${title}</h2>
        <p class="lead">${about}</p>
        ${
          missing
            ? html`
                <div class="calm">
                  <p>${missing.reason}</p>
                  <p><a class="button" href="#${missing.first.name}">Go to ${missing.first.title}</a></p>
                </div>`
            : html`${this.#view(name)} ${alertOf('This step could not be loaded.', this.failure)} ${this.#next(name)}`
        }
      </section>`;
  }

  #view(name: StepName): TemplateResult {
    const { session, state } = this;
    switch (name) {
      case 'catalogue':
        return html`<studio-catalog .session=${session}></studio-catalog>`;
      case 'encode':
        return html`<studio-encode .session=${session}></studio-encode>`;
      case 'learn':
        return html`<studio-learn .session=${session}></studio-learn>`;
      case 'try':
        void this.#load(name, () => import('../try'));
        return html`<studio-try .state=${state}></studio-try>`;
      case 'take-away':
        void this.#load(name, () => import('../take-away'));
        return html`<studio-take-away .state=${state}></studio-take-away>`;
    }
  }

  #intro(): TemplateResult {
    const { session } = this;
    return intro(session.sample, async () => {
      await session.readSample();
      await this.focusOn('.result');
    });
  }

  async #load(name: StepName, load: () => Promise<unknown>): Promise<void> {
    if (this.#loading.has(name) || this.failure) return;
    this.#loading.add(name);
    try {
      await load();
    } catch (cause) {
      this.#loading.delete(name);
      const message = 'Its code did not arrive. Check the connection to this page, and open the step again.';
      this.failure = new SidestreamError('runtime/unexpected', message, { cause });
    }
  }

  /** The way to the next step, once this one is done. */
  #next(name: StepName): TemplateResult | typeof nothing {
    const { session, state } = this;
    const next = STEPS[numberOf(name)];
    const status = session.statusOf(name);
    if (!next || missingFor(next.name, state) || status === 'running') return nothing;
    const isPrimary = status === 'done' || name === 'try';
    return html`<p class="next"><a class="button ${isPrimary ? '' : 'quiet'}" href="#${next.name}">Next: ${next.title}</a></p>`;
  }

  #dialog(): TemplateResult {
    return html`
      <dialog aria-labelledby="start-over" @cancel=${this.#cancel}>
        <div class="stack">
          <h2 id="start-over">Start over?</h2>
          <p>The products, the pictures, the bundle, the log and the side model are deleted from this browser. Your own files stay as they are.</p>
          <div class="row">
            <button class="button" type="button" ?disabled=${this.deleting} @click=${this.#close}>Keep everything</button>
            <button class="button quiet" type="button" ?disabled=${this.deleting} @click=${this.#startOver}>${this.deleting ? 'Deleting …' : 'Delete and start over'}</button>
          </div>
        </div>
      </dialog>`;
  }

  readonly #ask = (): void => this.querySelector('dialog')?.showModal();

  readonly #close = (): void => this.querySelector('dialog')?.close();

  /** Escape must not hide the dialog while it deletes. */
  readonly #cancel = (event: Event): void => {
    if (this.deleting) event.preventDefault();
  };

  readonly #startOver = async (): Promise<void> => {
    this.deleting = true;
    await this.session.startOver();
    this.deleting = false;
    this.#close();
    await this.#open('catalogue');
  };

  readonly #navigated = async (): Promise<void> => {
    const step = stepAt(location.hash);
    if (step === null || step === this.step) return;
    this.failure = null;
    await this.#open(step);
    scrollTo({ top: 0, behavior: 'instant' });
  };

  async #open(step: StepName): Promise<void> {
    this.step = step;
    if (stepAt(location.hash) !== step) history.replaceState(null, '', `#${step}`);
    await this.focusOn('#step-title');
  }
}

/** Pictures of the results of the steps. */
const RESULTS = [
  [new URL('../../../docs/pictures/studio-catalogue.webp', import.meta.url), 'Your products, read'],
  [new URL('../../../docs/pictures/studio-encode.webp', import.meta.url), 'What is like what'],
  [new URL('../../../docs/pictures/studio-learn.webp', import.meta.url), 'What shoppers choose next'],
  [new URL('../../../docs/pictures/studio-take-away.webp', import.meta.url), 'Files and two lines for your shop'],
] as const;

/** Studio's purpose, for somebody who has not begun. @param tried reads the sample */
const intro = (sample: number, tried: () => unknown): TemplateResult => html`
  <section class="panel wash stack" aria-label="About Studio">
    <p class="result"><strong>Studio makes a product recommender for your shop, here in this browser tab.</strong></p>
    <p>
      <strong>Nothing leaves this tab.</strong> Your products and orders are read on this computer. Only pictures that your products
      name by web address are fetched, from that address.
    </p>
    <p>
      <strong>You need a product export of your shop.</strong> A log of orders or clicks is optional. You may close this tab at any time:
      your work is kept in this browser.
    </p>
    ${
      sample > 0
        ? html`<p><button class="button" type="button" @click=${tried}>Try it with ${counted(sample, 'sample product')}</button></p>`
        : nothing
    }
    <ol class="results" aria-label="What the steps give">
      ${RESULTS.map(([picture, title]) => html`<li><img src=${picture.href} alt="" width="1280" height="820" decoding="async" /><span class="hint">${title}</span></li>`)}
    </ol>
  </section>`;
