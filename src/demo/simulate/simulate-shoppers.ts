import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { SidestreamError } from '../../error';
import {
  type Answer,
  answers,
  CONFIGURATIONS,
  figureTables,
  questionAnswers,
  SHOPS,
  type Simulation,
} from '../../lab/simulate';
import { table } from '../charts/shop-chart';
import { adoptStyles, copyText } from '../late-page';
import { ShopElement } from '../session';
import style from './simulate.css?inline';
import type { Found } from './simulation-api';
import { figureGroups, simulationChart } from './simulation-charts';
import { type RunProgress, SimulationRun } from './simulation-run';
import {
  commandOf,
  DEFAULTS,
  MAX_SHOPPERS,
  MIN_SHOPPERS,
  readSimulation,
  type SettingsProblems,
  type SimulationSettings,
} from './simulation-settings';

type State =
  | { phase: 'ready' }
  | { phase: 'running'; progress: RunProgress }
  | { phase: 'stopped'; progress: RunProgress }
  | { phase: 'failed'; error: SidestreamError }
  | { phase: 'done'; found: Found; settings: SimulationSettings };

const NOTHING_DONE: RunProgress = { done: 0, total: 0, left: null };
/** How many times the progress is announced to shoppers who cannot see the bar. */
const PROGRESS_ANNOUNCEMENTS = 4;

adoptStyles(style);

/** Simulated shoppers in the shop's recommender, and their results. Loaded when it is opened. */
@customElement('simulate-shoppers')
export class SimulateShoppers extends ShopElement {
  #state: State = { phase: 'ready' };
  #run: SimulationRun | undefined;
  #problems: SettingsProblems = {};
  /** Announcement for screen readers. */
  #spoken = '';
  #copied = '';

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#run?.stop();
    this.#run = undefined;
    if (this.#state.phase === 'running') this.#state = { phase: 'ready' };
  }

  protected override firstUpdated(): void {
    // This page has no list that the rest of the page must wait for.
    this.session.showRest();
  }

  protected override render(): TemplateResult {
    const state = this.#state;
    return html`
      <section class="block first late sim" data-testid="simulate" data-phase=${state.phase}>
        <h1 tabindex="-1">Simulate shoppers</h1>
        <p class="lead">
          Simulated shoppers visit this shop, and its own recommender serves and learns them, here in your browser. Every shopper visits a
          shop of each kind below with the same wishes, so that you see what learning adds. A taste may change on the way, or come back.
        </p>
        <p class="lead" data-testid="simulate-privacy">
          Nothing here is about you: your own profile is neither read nor changed, whatever you said about privacy.
        </p>
        ${this.#form(state.phase === 'running')}
        <p class="visually-hidden" role="status" data-testid="simulate-spoken">${this.#spoken}</p>
        ${this.#outcome(state)}
      </section>`;
  }

  #form(running: boolean): TemplateResult {
    const { shoppers, seed, configurations, closedLoop } = DEFAULTS;
    const number = (name: 'shoppers' | 'seed', label: string, hint: string, value: number) => {
      const problem = this.#problems[name];
      return html`
        <div class="number sim-number">
          <label for="sim-${name}">${label}</label>
          <input
            id="sim-${name}"
            name=${name}
            data-testid="simulate-${name}"
            inputmode="numeric"
            autocomplete="off"
            .defaultValue=${String(value)}
            ?disabled=${running}
            aria-invalid=${problem ? 'true' : nothing}
            aria-describedby="sim-${name}-hint"
          />
          <small id="sim-${name}-hint" class=${problem ? 'problem' : ''}>${problem ?? hint}</small>
        </div>`;
    };
    const box = (name: string, value: string, checked: boolean, text: string, hint: string) => html`
      <label class="check">
        <input type="checkbox" name=${name} value=${value} .defaultChecked=${checked} ?disabled=${running} data-testid="simulate-${value}" />
        <span>${text}<small>${hint}</small></span>
      </label>`;
    return html`
      <form novalidate @submit=${this.#start} class="sim-form" data-testid="simulate-form">
        <div class="sim-numbers">
          ${number('shoppers', 'Shoppers', `${MIN_SHOPPERS} to ${MAX_SHOPPERS}`, shoppers)}
          ${number('seed', 'Seed', 'The same seed gives the same shoppers', seed)}
        </div>
        <fieldset>
          <legend>Shops they visit</legend>
          <div class="sim-boxes">
            ${CONFIGURATIONS.map((name) => box('configurations', name, configurations.includes(name), name, SHOPS[name] ?? ''))}
          </div>
          ${
            this.#problems.configurations
              ? html`<p class="problem" data-testid="simulate-problem">${this.#problems.configurations}</p>`
              : nothing
          }
        </fieldset>
        <fieldset>
          <legend>Also simulate</legend>
          <div class="sim-boxes">
            ${box('closed-loop', 'closed-loop', closedLoop, 'closed loop', 'eight rounds in which a shop learns what is popular from its own lists; takes longer')}
          </div>
        </fieldset>
        <div class="buttons">
          <button class="button" type="submit" data-testid="simulate-start" ?disabled=${running}>
            ${this.#state.phase === 'ready' || running ? 'Start' : 'Start again'}
          </button>
          <button class="button quiet" type="button" data-testid="simulate-stop" ?disabled=${!running} @click=${this.#stop}>Stop</button>
        </div>
      </form>`;
  }

  #outcome(state: State): TemplateResult {
    switch (state.phase) {
      case 'ready':
        return html`
          <div class="calm" data-testid="simulate-ready">
            <p>
              ${DEFAULTS.shoppers} shoppers make 60 choices each in every shop. On two processor cores that takes less than half a minute,
              and the page stays usable meanwhile. Then you see what was found, first in words and then in charts.
            </p>
            <p>
              Tastes are drawn by chance from the products of this shop. So a simulation shows which lists follow a shopper and how fast.
              It does not show how much a shop will sell, and it favors lists that go by likeness, as tastes are made of the same texts and
              pictures that these lists read.
            </p>
          </div>`;
      case 'running':
        return this.#progress(state.progress);
      case 'stopped':
        return html`
          <div class="calm" data-testid="simulate-stopped">
            <p><strong>Stopped</strong> ${state.progress.total > 0 ? `after ${count(state.progress.done)} of ${count(state.progress.total)} choices` : 'before the first choice'}. Nothing was kept.</p>
          </div>`;
      case 'failed':
        return html`
          <div class="calm" role="alert" data-testid="simulate-failed">
            <p><strong>The simulation could not run.</strong></p>
            <p class="technical">${state.error.message} <code>${state.error.code}</code></p>
          </div>`;
      case 'done':
        return this.#results(state);
    }
  }

  #progress({ done, total, left }: RunProgress): TemplateResult {
    const text =
      total > 0 ? `${count(done)} of ${count(total)} choices` : 'Preparing the shoppers and the shop’s past …';
    return html`
      <div class="sim-progress" data-testid="simulate-progress">
        <progress class="loading-bar" aria-label="Simulation" aria-describedby="sim-progress" max="1" value=${total > 0 ? done / total : nothing}></progress>
        <p id="sim-progress"><span>${text}</span> ${left === null ? nothing : html`<span>${leftText(left)}</span>`}</p>
      </div>`;
  }

  #results({ found, settings }: { found: Found; settings: SimulationSettings }): TemplateResult {
    const { simulation } = found;
    const { seconds, processes } = simulation.timing;
    return html`
      <div class="sim-results" data-testid="simulate-results">
        <h2 tabindex="-1">What was found</h2>
        ${foundTemplate(questionAnswers(simulation))}
        <p class="hint">
          ${simulation.setting}. Seed ${simulation.seed}. Intervals are of 95 %. It took ${Math.max(1, Math.round(seconds))} s in
          ${processes === 1 ? 'one worker' : `${processes} workers`}.
        </p>
        ${figureGroups(simulation).map(
          ({ question, cards }) => html`
            <h2>${question}</h2>
            <div class="sim-figures">${cards.map(simulationChart)}</div>`,
        )}
        <details class="sim-all" data-testid="simulate-all">
          <summary>All figures in a table</summary>
          <ul>${answers(simulation).map((line) => html`<li>${line}</li>`)}</ul>
          ${figureTables(simulation).map(
            ({ title, header, rows, notes = [] }) =>
              html`<h3>${title}</h3>${notes.map((one) => html`<p class="hint">${one}</p>`)}${table(title, header, rows)}`,
          )}
        </details>
        <h2>Repeat it</h2>
        <p class="hint">
          This command finds the same figures. In it, replace <code>bundle</code> after <code>--bundle</code> with the path of a copy of this shop’s bundle.
        </p>
        <div class="sim-command" role="region" aria-label="Command" tabindex="0"><code data-testid="simulate-command">${commandOf(settings)}</code></div>
        <div class="buttons">
          <button class="button quiet" type="button" data-testid="simulate-copy" @click=${() => this.#copy(settings)}>Copy the command</button>
          <button class="button quiet" type="button" data-testid="simulate-download" @click=${() => download(found)}>Download JSON</button>
          <span role="status">${this.#copied}</span>
        </div>
      </div>`;
  }

  readonly #start = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.#run || !(event.target instanceof HTMLFormElement)) return;
    const read = readSimulation(new FormData(event.target));
    this.#problems = 'problems' in read ? read.problems : {};
    if ('settings' in read) void this.#simulate(read.settings);
    else this.#refuse(read.problems);
  };

  /** Shows what to change, and moves the focus there. */
  #refuse({ shoppers, seed, configurations }: SettingsProblems): void {
    this.#spoken = `Not started. ${[shoppers, seed, configurations].filter(Boolean).join(' ')}`;
    this.requestUpdate();
    const first = (['shoppers', 'seed'] as const).find((name) => this.#problems[name]) ?? CONFIGURATIONS[0];
    this.querySelector<HTMLElement>(`[data-testid=simulate-${first}]`)?.focus();
  }

  async #simulate(settings: SimulationSettings): Promise<void> {
    const { bundle } = this.session.settings;
    const request = { ...settings, bundle: new URL(bundle, document.baseURI).href };
    const run = new SimulationRun(request, (progress) => this.#progressed(run, progress));
    this.#run = run;
    this.#copied = '';
    this.#to({ phase: 'running', progress: NOTHING_DONE }, 'The simulation has started.');
    await this.updateComplete;
    // The pressed button is no longer enabled.
    this.#focus('[data-testid=simulate-stop]');
    try {
      const found = await run.run();
      if (this.#run !== run) return;
      this.#run = undefined;
      if (found) await this.#show({ phase: 'done', found, settings });
    } catch (thrown) {
      if (this.#run !== run) return;
      this.#run = undefined;
      this.#to({ phase: 'failed', error: SidestreamError.from(thrown) }, '');
      await this.updateComplete;
      this.#focus('[data-testid=simulate-start]');
    }
  }

  async #show(state: Extract<State, { phase: 'done' }>): Promise<void> {
    // The visitor may have moved elsewhere on the page by now.
    const waiting = document.activeElement?.matches('[data-testid=simulate-stop]') ?? false;
    this.#to(state, `The simulation is done. ${foundText(state.found.simulation)}`);
    await this.updateComplete;
    if (waiting) this.querySelector<HTMLElement>('.sim-results h2')?.focus();
  }

  readonly #stop = (): void => {
    if (this.#state.phase !== 'running') return;
    this.#run?.stop();
    this.#run = undefined;
    this.#to({ phase: 'stopped', progress: this.#state.progress }, 'The simulation was stopped.');
    void this.updateComplete.then(() => this.#focus('[data-testid=simulate-start]'));
  };

  #progressed(run: SimulationRun, progress: RunProgress): void {
    if (run !== this.#run || this.#state.phase !== 'running') return;
    const { done, total } = this.#state.progress;
    const quarters = (part: number, all: number): number =>
      all > 0 ? Math.floor((PROGRESS_ANNOUNCEMENTS * part) / all) : 0;
    const passed = quarters(progress.done, progress.total);
    const told = passed > quarters(done, total) && passed < PROGRESS_ANNOUNCEMENTS;
    this.#to(
      { phase: 'running', progress },
      told ? `${(100 * passed) / PROGRESS_ANNOUNCEMENTS} % are done.` : this.#spoken,
    );
  }

  #to(state: State, spoken: string): void {
    this.#state = state;
    this.#spoken = spoken;
    this.requestUpdate();
  }

  async #copy(settings: SimulationSettings): Promise<void> {
    this.#copied = await copyText(commandOf(settings), this.querySelector('[data-testid=simulate-command]'));
    this.requestUpdate();
  }

  #focus(selector: string): void {
    this.querySelector<HTMLElement>(selector)?.focus({ preventScroll: true });
  }
}

/** A verdict for each question in words, then its numbers, and what to be careful about beside it. */
function foundTemplate(all: readonly Answer[]): TemplateResult {
  if (all.length === 0) return html`<p data-testid="simulate-found">${NO_LEARNER}</p>`;
  return html`
    <dl class="sim-found" data-testid="simulate-found">
      ${all.map(
        ({ question, verdict, numbers, caveat, tone }) => html`
          <div data-tone=${tone}>
            <dt>${question}</dt>
            <dd class="sim-verdict">${verdict}</dd>
            <dd>${numbers}</dd>
            ${caveat === null ? nothing : html`<dd class="sim-caveat">${caveat}</dd>`}
          </div>`,
      )}
    </dl>`;
}

const NO_LEARNER = 'Choose “sidestream” and another shop too, to see what learning adds.';

/** The verdicts without their numbers, for screen readers. */
function foundText(simulation: Simulation): string {
  const all = questionAnswers(simulation);
  return all.length === 0 ? NO_LEARNER : all.map(({ question, verdict }) => `${question}: ${verdict}.`).join(' ');
}

/** Downloads the result as a file of one line, as the command prints it. */
function download({ line, simulation }: Found): void {
  const address = URL.createObjectURL(new Blob([`${line}\n`], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), {
    href: address,
    download: `simulation-${simulation.shoppers}-shoppers-seed-${simulation.seed}.json`,
  });
  link.click();
  // By then, the browser has started to read it.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

const count = (value: number): string => value.toLocaleString('en');

function leftText(seconds: number): string {
  if (seconds < 2) return 'nearly done';
  if (seconds < 100) return `about ${Math.ceil(seconds)} s left`;
  return `about ${Math.ceil(seconds / 60)} min left`;
}
