import './watch.css';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { createRecommender } from '../../../src/page/client';
import { animateMoves, type CardPositions, cardPositions } from '../../../src/page/element/motion';
import { productImage } from '../pictures';
import { type Item, RULES, ShopElement } from '../session';
import { type Frame, topCategory } from './frame';
import { chapterOf, randomPair } from './script';
import { type Phase, ScriptedVisit } from './scripted-visit';
import { colorOf, figures, percent, tasteChart } from './visit-charts';
import { chapterTitles, choiceText, expertText, listText, low, nameText, ROLES, SHOPPER, summaryText } from './words';

/** Speeds by name: milliseconds between choices. */
const SPEEDS = { slow: 4000, normal: 2000, fast: 700, fastest: 0 } as const;
type Speed = keyof typeof SPEEDS;
/** Label of the main button when it is not "Continue". */
const PLAY_TEXT: Partial<Record<Phase, string>> = {
  opening: 'Start',
  ready: 'Start',
  done: 'Start again',
};

/**
 * The page "Watch it learn": a scripted shopper whose taste changes and returns, and the recommender's learning, in any catalogue. Loaded
 * when it is opened.
 */
@customElement('watch-learning')
export class WatchLearning extends ShopElement {
  /** Number of the pair of tastes, from the address; without one, it is drawn. */
  @property({ attribute: false }) pair: number | undefined;
  #pair = 0;
  #visit: ScriptedVisit | undefined;
  #speed: Speed = 'normal';
  /** Announcement for screen readers: turns of the story, and every choice that the visitor requested. */
  #spoken = '';
  /** The frame for which `#spoken` was set. */
  #spokenOf: Frame | undefined;
  /** The visitor requested the next choice by a button. */
  #asked = false;
  #before: CardPositions | undefined;
  #moved: Frame | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end();
  }

  protected override firstUpdated(): void {
    // This page has no list that the rest of the page must wait for.
    this.session.showRest();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    // After "No", nothing may learn here either, and learning from the scripted shopper is deleted.
    if (!this.session.learns) this.#end();
    else if (this.session.recommender) this.#visit ??= this.#begin();
    const frame = this.#visit?.frame;
    const list = this.#list;
    this.#before = frame !== this.#moved && list ? cardPositions(list) : undefined;
  }

  protected override updated(): void {
    const frame = this.#visit?.frame;
    if (frame === this.#moved) return;
    this.#moved = frame;
    if (this.#before && this.#list) animateMoves(this.#before, this.#list);
  }

  protected override render(): TemplateResult {
    const visit = this.#visit;
    const { learns } = this.session;
    return html`
      <section class="block first">
        <h1 tabindex="-1">${learns ? 'Watch it learn' : 'Nothing learns here'}</h1>
        ${
          learns
            ? html`<div class="watch" data-testid="watch" data-phase=${visit?.phase ?? nothing}>${visit ? this.#story(visit) : html`<p class="lead">Opening …</p>`}</div>`
            : NOT_LEARNING
        }
      </section>`;
  }

  #story(visit: ScriptedVisit): TemplateResult {
    const { tastes, phase } = visit;
    const [first, second] = tastes.map(low);
    const lead = tastes[0]
      ? html`<p class="lead">
          ${SHOPPER} is a simulated shopper. She likes ${first}, turns to ${second} and comes back to ${first}, and all she does is
          click. The shop’s own recommender learns it from her clicks, here in your browser; your own lists know nothing of her.
        </p>`
      : html`<p class="lead">Opening the shop for a second shopper …</p>`;
    if (visit.failure) {
      return html`<div class="calm" role="alert"><p>This cannot be shown: ${visit.failure.message}</p></div>`;
    }
    return html`
      ${lead} ${tastes[0] ? this.#chapters(visit) : nothing} ${this.#controls(phase)}
      <p class="visually-hidden" role="status" data-testid="watch-spoken">${this.#spoken}</p>
      ${visit.frame ? this.#stage(visit, visit.frame) : nothing}`;
  }

  #chapters({ tastes, frames, phase }: ScriptedVisit): TemplateResult {
    const scripted = frames.filter(({ chapter }) => chapter !== null).length;
    const current = chapterOf(Math.max(1, scripted))?.index ?? 0;
    const state = (index: number): 'past' | 'now' | 'to-come' => {
      if (phase === 'done' || index < current) return 'past';
      return index === current && scripted > 0 ? 'now' : 'to-come';
    };
    return html`
      <ol class="chapters">
        ${chapterTitles(tastes).map(
          (title, index) => html`
            <li class=${state(index)} style="--color: var(--taste-${index % 2})" aria-current=${state(index) === 'now' ? 'step' : nothing}>
              ${title}
            </li>`,
        )}
      </ol>`;
  }

  #controls(phase: Phase): TemplateResult {
    const idle = phase === 'opening' || phase === 'failed';
    const running = phase === 'running';
    const main = running
      ? { text: 'Pause', act: () => this.#pause() }
      : {
          text: PLAY_TEXT[phase] ?? 'Continue',
          act: () => (phase === 'done' ? this.#restart(true) : this.#play()),
        };
    return html`
      <div class="row watch-controls" role="group" aria-label="The visit">
        ${phase === 'done' ? html`<a class="button" href="#/" data-testid="watch-own">Now with your own clicks</a>` : nothing}
        <button class="button ${phase === 'done' ? 'quiet' : ''}" type="button" data-testid="watch-play" ?disabled=${idle} @click=${main.act}>${main.text}</button>
        ${
          phase === 'done'
            ? nothing
            : html`<button class="button quiet" type="button" data-testid="watch-step" ?disabled=${idle} @click=${this.#step}>One choice</button>`
        }
        <label class="row">
          <span>Speed</span>
          <select aria-label="Speed" data-testid="watch-speed" @change=${this.#setSpeed}>
            ${Object.keys(SPEEDS).map(
              (speed) => html`<option value=${speed} ?selected=${speed === this.#speed}>${capitalized(speed)}</option>`,
            )}
          </select>
        </label>
      </div>`;
  }

  /** Controls that are needed less often. */
  #more(phase: Phase): TemplateResult {
    return html`
      <p>
        <button class="button quiet" type="button" data-testid="watch-restart" ?disabled=${phase === 'ready'} @click=${() => this.#restart(false)}>
          To the beginning
        </button>
      </p>
      <p class="hint">
        Her tastes are pair ${this.#pair} of those drawn at random from the shop’s categories. An expert on trial is kept if it predicts her
        better than the all-rounder; otherwise the all-rounder follows her alone.
      </p>`;
  }

  #stage(visit: ScriptedVisit, frame: Frame): TemplateResult {
    const { frames, tastes, phase } = visit;
    const before = frames.at(-2);
    const summary = phase === 'done' ? summaryText(frames, tastes) : '';
    return html`
      <div class="stage">
        <div class="said panel wash" data-testid="watch-said">
          <p class="said-choice">${frame.chosen ? productImage(frame.chosen, false) : nothing}<span>${choiceText(frame)}</span></p>
          <p>${listText(frame, before, tastes)} ${expertText(frame, before)}</p>
        </div>
        <div class="stack">
          <h2>${SHOPPER}’s list</h2>
          <ol class="watch-list" data-testid="watch-list">
            ${repeat(
              frame.list,
              ({ id }) => id,
              (item) => this.#card(item, tastes),
            )}
          </ol>
          ${summary ? html`<p class="panel wash" data-testid="watch-summary">${summary}</p>` : nothing}
          ${this.#more(phase)}
        </div>
        <div class="stack">
          ${tasteChart(frames, tastes)}
          <h2>The profile</h2>
          ${this.#experts(frame, tastes)}
        </div>
      </div>
      <details class="ruled numbers" data-testid="watch-numbers">
        <summary>The numbers</summary>
        ${figures(frames, tastes)}
      </details>`;
  }

  #card(item: Item, tastes: readonly [string, string]): TemplateResult {
    const taste = tastes.indexOf(topCategory(item));
    return html`
      <li class=${taste < 0 ? '' : 'liked'} style="--color: var(--taste-${taste})" data-id=${item.id} data-category=${item.category}>
        ${productImage(item, false)}
        <span dir="auto">${item.title}</span>
        <small>${topCategory(item)}</small>
      </li>`;
  }

  #experts({ experts }: Frame, tastes: readonly string[]): TemplateResult {
    const kept = experts.filter(({ state }) => state !== 'candidate');
    const trial = experts.filter(({ state }) => state === 'candidate').reduce((sum, { share }) => sum + share, 0);
    const row = (color: string, name: string, role: string, share: number) => html`
      <li style="--color: var(--${color})">
        <span class="expert-name"><i aria-hidden="true"></i>${name} <b>${percent(share)}</b></span>
        <span class="bar-track" aria-hidden="true"><span style="inline-size: ${(100 * share).toFixed(1)}%"></span></span>
        <small>${role}</small>
      </li>`;
    if (experts.every(({ choices }) => choices === 0)) return html`<p class="hint">Nothing yet.</p>`;
    return html`
      <p class="hint">The list adds up the scores of these experts, weighted by their shares.</p>
      <ul class="stack" data-testid="watch-experts">
        ${repeat(
          kept,
          ({ id }) => id,
          (expert) => row(colorOf(expert, tastes), nameText(expert), ROLES[expert.state], expert.share),
        )}
        ${trial > 0 ? row('expert-trial', 'On trial', 'begins with a recent choice, and has to prove itself', trial) : nothing}
      </ul>`;
  }

  #begin(): ScriptedVisit {
    this.#pair = this.pair ?? randomPair();
    const { bundle } = this.session.settings;
    const visit = new ScriptedVisit(
      // With the settings of the shop, and a profile that is only in memory and not shared.
      () => createRecommender({ bundle, rules: RULES, consent: 'pending', namespace: `watch ${Date.now()}` }),
      this.#pair,
      () => this.#told(visit),
    );
    visit.pace = SPEEDS[this.#speed];
    return visit;
  }

  #end(): void {
    this.#visit?.close().catch((thrown: unknown) => this.session.report(thrown));
    this.#visit = undefined;
    this.#spoken = '';
    this.#spokenOf = undefined;
  }

  #told(visit: ScriptedVisit): void {
    if (visit !== this.#visit) return;
    const { frame, frames, tastes, phase } = visit;
    if (frame && frame !== this.#spokenOf) {
      this.#spokenOf = frame;
      const turn =
        frame.chapter === null ? undefined : chapterOf(frames.filter(({ chapter }) => chapter !== null).length);
      const words = `${choiceText(frame)} ${listText(frame, frames.at(-2), tastes)}`;
      if (this.#asked || frame.chapter === null) this.#spoken = words;
      else if (turn?.first) this.#spoken = `${chapterTitles(tastes)[turn.index]}. ${words}`;
      this.#asked = false;
    }
    if (phase === 'done') this.#spoken = summaryText(frames, tastes) || 'The visit has ended.';
    this.requestUpdate();
  }

  /** The list of a phone is below what explains it. */
  #bringIntoView(): void {
    const stage = this.querySelector('.stage');
    if (stage && stage.getBoundingClientRect().bottom > innerHeight) stage.scrollIntoView({ block: 'start' });
  }

  #pause(): void {
    this.#visit?.pause();
    this.#spoken = 'Paused.';
  }

  #play(): void {
    this.#visit?.play();
    this.#bringIntoView();
  }

  readonly #step = (): void => {
    this.#asked = true;
    this.#bringIntoView();
    void this.#visit?.step();
  };

  async #restart(play: boolean): Promise<void> {
    await this.#visit?.restart();
    if (play) this.#visit?.play();
    await this.updateComplete;
    this.querySelector<HTMLElement>('[data-testid=watch-play]')?.focus({ preventScroll: true });
  }

  readonly #setSpeed = ({ target }: Event): void => {
    if (!(target instanceof HTMLSelectElement)) return;
    this.#speed = target.value as Speed;
    if (this.#visit) this.#visit.pace = SPEEDS[this.#speed];
  };

  get #list(): Element | null {
    return this.querySelector('[data-testid=watch-list]');
  }
}

const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

const NOT_LEARNING = html`
  <div class="calm" data-testid="watch-denied">
    <p><strong>You said no, so nothing is learned</strong></p>
    <p>
      Nothing you do is noted or kept, and this demonstration does not run either. Under “Privacy choices”, at the end of the page, you
      can answer again.
    </p>
    <p><a class="button quiet" href="#/">Back to the shop</a></p>
  </div>`;
