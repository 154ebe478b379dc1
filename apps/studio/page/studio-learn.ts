import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { chartFigure, table } from '../../demo/charts/shop-chart';
import { type Columns, foundInLog } from '../files/columns';
import { isSample, sampleFiles } from '../files/sample';
import type { DroppedFile, LearnReport, LearnUpdate, LogReport } from '../session';
import './studio-drop';
import { StudioElement } from './studio-element';
import type { Running } from './studio-session';
import { alertOf, facts, lines, progressBar } from './templates';
import { count, counted, days, duration, learnedSentence, percent } from './words';

const LOG_HINT = html`CSV or JSON Lines with a line for each choice: shopper, product, time; a type such as <code>view</code> or
  <code>purchase</code> if there is one. Columns that name shoppers are hashed in this tab.`;

/** Fields of an event that a column may have. */
const FIELDS = { item: 'What', user: 'Who', time: 'When', type: 'What they did, if it is stated' };

/** Shoppers of a log from which on enough are set aside, about 20, for a difference of some points to be beyond chance. */
const COMPARABLE_SHOPPERS = 400;

const [MODEL, BESTSELLERS, TOGETHER] = ['var(--accent)', 'var(--popularity)', 'var(--item-knn)'];

/** Step 3: learns from a log. */
@customElement('studio-learn')
export class StudioLearn extends StudioElement {
  protected override render(): TemplateResult {
    const { session, state } = this;
    const { log, learned } = state;
    const training = this.running('train');
    const shown = training ? session.learning : (learned ?? session.learning);
    return html`
      ${training ? this.#training(training) : learned ? result(learned) : nothing}
      ${alertOf('The training could not continue.', session.failureOf('train'))}
      ${shown && shown.epochs.length > 0 ? charts(shown, learned?.keptEpoch) : nothing} ${log === null ? this.#intro() : this.#read(log)}
      ${this.reading('log', 'log')} ${this.columns('log', FIELDS, foundInLog, (files, chosen) => this.#chosen(files, chosen))}
      ${
        log === null
          ? this.#drop('Log')
          : html`
              ${
                training
                  ? nothing
                  : html`
                      <div class="row">
                        <button class="button ${learned ? 'quiet' : ''}" type="button" ?disabled=${session.running !== null} @click=${this.#train}>${learned ? 'Train again' : 'Train'}</button>
                      </div>`
              }
              <details class="ruled again">
                <summary>Read another log</summary>
                <p class="hint">It replaces this one.</p>
                ${this.#drop('Another log')}
              </details>`
      }`;
  }

  #training({ progress, ending }: Running): TemplateResult {
    const { learning } = this.session;
    return html`
      ${progressBar('Training', progress)}
      <div class="row">
        <button class="button" type="button" ?disabled=${ending} @click=${this.#stop}>${ending ? (learning?.epochs.length ? 'Stopping …' : 'Stopping after the first epoch …') : 'Stop and keep the best'}</button>
      </div>
      ${learning === null ? nothing : html`<p class="hint">${place(learning.backend)}</p>`}`;
  }

  #drop(label: string): TemplateResult {
    return html`<studio-drop label=${label} .hint=${LOG_HINT} .waits=${this.session.waits} @studio-files=${({ detail }: CustomEvent<DroppedFile[]>) => this.#chosen(detail)}></studio-drop>`;
  }

  #intro(): TemplateResult {
    return html`
      <p>
        With a log of orders or clicks, a small model learns what shoppers choose after what, so that the lists are good from a
        shopper’s first click on. Without one, the lists start from the content of the products alone:
        <a href="#try">continue without a log</a>.
      </p>
      ${
        isSample(this.state.catalog?.files ?? [])
          ? html`<p><button class="button quiet" type="button" ?disabled=${this.session.running !== null} @click=${() => this.#chosen(sampleFiles('visits.csv'))}>Use the sample visits</button></p>`
          : nothing
      }`;
  }

  #read(log: LogReport): TemplateResult {
    const { file, events, shoppers, from, until, unknown, unknownNote, refused, refusedCount, notes } = log;
    return html`
      <h3>The log</h3>
      <p class="read" tabindex="-1"><strong>${counted(events, 'event')} of ${counted(shoppers, 'shopper')}</strong> from ${file}, ${days(from, until)}.</p>
      ${lines([
        ...notes,
        unknown > 0 &&
          (unknownNote ?? `${counted(unknown, 'event is', 'events are')} about products that the catalogue lacks.`),
        shoppers < COMPARABLE_SHOPPERS &&
          'One shopper in twenty is set aside to compare lists, which are few in this log: the comparison may end within chance.',
      ])}
      ${
        refusedCount === 0
          ? nothing
          : html`<p>${counted(refusedCount, 'line was', 'lines were')} refused:</p>
              ${lines(refused)}`
      }`;
  }

  async #chosen(files: DroppedFile[] | Promise<DroppedFile[]>, columns: Columns = {}): Promise<void> {
    await this.session.readLog(files, columns);
    await this.focusRead('log', '.read');
  }

  readonly #train = (): Promise<void> =>
    this.focusDuring(this.session.train(), () => this.session.failureOf('train') !== null);

  readonly #stop = (): void => {
    void this.session.stop();
  };
}

const place = (backend: LearnUpdate['backend']): string =>
  backend === 'webgpu'
    ? 'It trains on this computer’s graphics processor (WebGPU).'
    : 'It trains on this computer’s processor (WebAssembly).';

function result(learned: LearnReport): TemplateResult {
  const { choices, shoppers, seconds, keptEpoch, epochs, stopped, backend, gain } = learned;
  const measured = epochs.some(({ hitRate }) => Number.isFinite(hitRate));
  return html`
    <p class="result" tabindex="-1"><strong>${learnedSentence(learned)}</strong></p>
    ${facts([
      ['Choices learned from', count(choices)],
      ['Shoppers', count(shoppers)],
      [
        'Pass over the log that was kept',
        `${keptEpoch} of ${Math.max(keptEpoch, epochs.length)}${stopped ? ', stopped by you' : ''}`,
      ],
      ['Time', `${duration(seconds)} (${backend === 'webgpu' ? 'WebGPU' : 'WebAssembly'})`],
      gain !== null && [
        gain.rival === 'popularity' ? 'Difference to bestsellers' : 'Difference to products chosen together',
        `${(100 * gain.mean).toFixed(1).replace('-', '−')} ± ${(100 * gain.error).toFixed(1)} percentage points`,
      ],
    ])}
    ${measured ? html`<p class="hint">The pass that was kept places the next choice nearest to the top on average. Another pass may have it among the first ten more often.</p>` : nothing}`;
}

/** HR@10 beside its rivals after each epoch, in words of a merchant; the numbers, with the loss, as a table for those who do not see them. */
function charts({ epochs, popularity, itemKnn }: LearnUpdate, kept?: number): TemplateResult {
  // While it trains, the last one; then the one that was kept.
  const last = epochs.find(({ epoch }) => epoch === kept) ?? epochs.at(-1);
  const after = last ? `after pass ${last.epoch}` : '';
  const rivals = [
    { name: 'Chosen together (item-kNN)', value: itemKnn, color: TOGETHER, dashes: '7 4' },
    { name: 'Bestsellers (popularity)', value: popularity, color: BESTSELLERS, dashes: '2 3' },
  ].flatMap(({ value, ...rival }) => (value === null ? [] : [{ ...rival, value }]));
  const measured = epochs.filter((epoch) => Number.isFinite(epoch.hitRate));
  const hitRate = last ? percent(last.hitRate) : '';
  return html`
    ${
      measured.length === 0
        ? nothing
        : chartFigure(
            html`<h3>Next choice among the first ten</h3><p class="hint">In percent (HR@10), of shoppers that were set aside, after each pass over the log (epoch)</p>`,
            `Next choice among the first ten, by pass over the log. Side model: ${hitRate} ${after}. ${rivals.map(({ name, value }) => `${name}: ${percent(value)}.`).join(' ')}`,
            {
              kind: 'epochs',
              color: MODEL,
              values: measured.map((epoch) => 100 * epoch.hitRate),
              levels: rivals.map(({ value, color, dashes }) => ({ value: 100 * value, color, dashes })),
            },
            [
              { name: `Side model, ${after}`, color: MODEL, value: hitRate },
              ...rivals.map(({ value, ...rival }) => ({ ...rival, value: percent(value) })),
            ],
          )
    }
    <details>
      <summary>Numbers of each pass</summary>
      ${table(
        'Error and hits of each pass over the log',
        ['Pass (epoch)', 'Error (loss)', 'Among the first ten (HR@10)'],
        epochs.map(({ epoch, loss, hitRate: rate }) => [
          epoch,
          loss.toFixed(3),
          Number.isFinite(rate) ? percent(rate) : 'not measured',
        ]),
      )}
    </details>`;
}
