import { html, nothing, type TemplateResult } from 'lit';
import type { Inspection, ListChange, PlaceChange } from '../../../../device/protocol';
import { figure } from '../charts/chart';
import type { Chart } from '../charts/plots';
import { picture } from '../picture';
import { NOTHING_LEARNED_TEXT, POINT_NAMES, POINT_TERMS, whyNothing } from '../wording';
import { type TimelineEntry, timelineEntries } from './timeline-entries';
import type { InspectorHost, View } from './view';

const INITIAL_ENTRIES = 40;

/** When did it learn it? Each point shows the effect of going back to the state before it, and offers to do so. */
export class TimelineView implements View {
  #inspection: Inspection | null = null;
  #entries: TimelineEntry[] = [];
  #chart: Chart | null = null;
  #all = false;
  #choices = true;
  /** Key of the open entry, if any. */
  #open: string | null = null;
  /** The effect of going back to its snapshot; null until it is known, and if the entry has no snapshot. */
  #change: ListChange | null = null;
  #busy = false;

  async load(host: InspectorHost): Promise<void> {
    const inspection = await host.recommender.inspect('profile');
    this.#inspection = inspection;
    this.#entries = timelineEntries(inspection);
    const { choices, points } = inspection;
    this.#chart = choices.length > 1 ? { name: 'timeline', data: { choices, points } } : null;
    const open = this.#entries.find(({ key }) => key === this.#open);
    if (!open) this.#close();
    else this.#change = open.snapshot && (await host.recommender.inspect('snapshot', open.snapshot.id));
  }

  render(host: InspectorHost): TemplateResult {
    const { status, formats } = host;
    const reason = whyNothing(status);
    if (reason) return html`<p class="lead" data-lead>${reason}</p>`;
    const inspection = this.#inspection;
    if (!inspection) return html`<p class="note">One moment.</p>`;
    if (this.#entries.length === 0 && status.events === 0)
      return html`<p class="lead" data-lead>${NOTHING_LEARNED_TEXT}</p>`;
    const { points, choices } = inspection;
    const shown = this.#entries.filter(({ choice }) => this.#choices || !choice);
    const listed = this.#all ? shown : shown.slice(0, INITIAL_ENTRIES);
    return html`
      <p class="lead" data-lead>${this.#lead(host)}</p>
      ${
        this.#chart
          ? figure('What happened, choice by choice', this.#chart, this.#figures(host, points), host.language, {
              note: 'From the first choice at the start to the latest at the end. Press a point to open it below.',
              pick: (key) => void this.#pick(host, key),
            })
          : nothing
      }
      ${host.heading('Point by point')}
      <p class="note">
        The newest first. Open any point to see how your list would change if you went back to the state before it.
        ${inspection.snapshots.length > 0 ? nothing : 'The first state is kept after 40 choices, or as soon as a new taste is kept.'}
      </p>
      <label class="check"><input type="checkbox" .checked=${this.#choices} @change=${() => this.#toggleChoices(host)} /> Show choices, too</label>
      <ol part="timeline" class="timeline">
        ${listed.map((entry) => this.#entry(host, entry))}
      </ol>
      ${
        listed.length < shown.length
          ? html`<button class="button" type="button" data-testid="all-entries" @click=${() => this.#showAll(host)}>Show all ${formats.count(shown.length)}</button>`
          : nothing
      }
      ${(choices[0]?.at ?? 1) > 1 ? html`<p class="note">What happened before choice ${formats.count(choices[0]?.at ?? 1)} is not in the journal any more.</p>` : nothing}`;
  }

  /** Totals: the journal may have lost the earliest ones. */
  #lead({ status, formats }: InspectorHost): string {
    const { rejected, experts, events } = status;
    const kept = experts.filter(({ state }) => state === 'active' || state === 'frozen').length;
    const parts = [
      `${formats.choices(events)} so far`,
      kept === 0 ? 'no separate taste yet' : `${formats.count(kept)} separate ${kept === 1 ? 'taste' : 'tastes'}`,
      ...(rejected > 0
        ? [`${formats.count(rejected)} ${rejected === 1 ? 'step' : 'steps'} left out that did not help`]
        : []),
    ];
    return `${parts.join(', ')}.`;
  }

  #figures({ formats }: InspectorHost, points: Inspection['points']) {
    return {
      head: ['What', 'After choice', 'When'],
      rows: points
        .toReversed()
        .map(({ kind, at, time }) => [POINT_TERMS[kind], formats.count(at), formats.moment(time)]),
    };
  }

  #entry(host: InspectorHost, entry: TimelineEntry): TemplateResult {
    const { key, choice, point, snapshot, kept } = entry;
    const { formats } = host;
    const open = key === this.#open;
    return html`
      <li class=${choice ? 'choice' : ''} data-kind=${choice ? 'choice' : (point?.kind ?? 'snapshot')} data-snapshot=${kept && snapshot ? snapshot.id : nothing}>
        <button class="row" type="button" data-open=${key} aria-expanded=${open ? 'true' : 'false'} ?disabled=${this.#busy} @click=${() => this.#toggle(host, entry)}>
          ${choice?.item ? picture(choice.item) : html`<span class=${choice ? 'picture' : 'spot'} aria-hidden="true"></span>`}
          <span class="what">
            ${this.#what(host, entry)}
          ${kept && snapshot ? html`<span class="badge">state after choice ${formats.count(snapshot.choices)} kept</span>` : nothing}
          </span>
        </button>
        ${open ? this.#opened(host, entry) : nothing}
      </li>`;
  }

  #what({ formats }: InspectorHost, { choice, point, time, at }: TimelineEntry): TemplateResult {
    const [number, moment] = [formats.count(at), formats.moment(time)];
    if (choice) {
      const { item, ranks } = choice;
      return html`
        <span class="name">You chose ${item?.title ?? 'a product that is gone'}</span>
        <span class="about">choice ${number}, ${moment}${ranks ? ` · it was ${formats.place(ranks.own)} in your list, ${formats.place(ranks.popularity)} by popularity` : ''}</span>`;
    }
    const expert = point?.expert === undefined ? '' : ` of expert ${point.expert}`;
    return html`
      <span class="name">${point ? POINT_NAMES[point.kind] : 'The state was kept'}</span>
      <span class="about">after choice ${number}, ${moment}${point ? ` · ${POINT_TERMS[point.kind]}${expert}` : ''}</span>`;
  }

  #opened(host: InspectorHost, entry: TimelineEntry): TemplateResult {
    const change = this.#change;
    const { formats, status } = host;
    const which = html`<p data-which>${this.#which(host, entry)}</p>`;
    if (!entry.snapshot) return html`<div class="opened">${which}</div>`;
    if (!change) return html`<div class="opened">${which}<p class="note">Comparing the lists.</p></div>`;
    const { snapshot, added, left, moved, items } = change;
    const undone = Math.max(0, status.events - snapshot.choices);
    const words =
      added + left + moved === 0
        ? 'Your first 20 products would stay as they are.'
        : `Of your first 20 products ${formats.count(left)} would leave, ${formats.count(added)} would come in, and ${formats.count(moved)} would move.`;
    return html`
      <div part="snapshot" class="opened" data-change>
        ${which}
        <p><strong data-change-words>${words}</strong> ${this.#forgotten(formats, undone)}</p>
        <ol class="places">${items.map((item) => this.#place(host, item))}</ol>
        <button class="button strong" type="button" data-testid="rollback" ?disabled=${this.#busy} @click=${() => this.#goBack(host, snapshot.id)}>
          Go back to choice ${formats.count(snapshot.choices)}
        </button>
      </div>`;
  }

  #which({ formats }: InspectorHost, { at, snapshot, kept }: TimelineEntry): string {
    if (!snapshot) {
      const [oldest] = this.#inspection?.snapshots ?? [];
      return oldest
        ? `There is no snapshot from before this: the oldest one was saved after choice ${formats.count(oldest.choices)}. To start over, use “Forget the profile” under “Does it help?”.`
        : 'There is no snapshot yet: the first one is saved after 40 choices, or as soon as a new taste is kept. To start over, use “Forget the profile” under “Does it help?”.';
    }
    const state = `what the shop knew after choice ${formats.count(snapshot.choices)} (${formats.moment(snapshot.time)})`;
    if (kept) return `The state that was kept here: ${state}.`;
    const earlier = at - 1 - snapshot.choices;
    return earlier === 0
      ? `The state just before this: ${state}.`
      : `The nearest state that was kept before this: ${state}, ${formats.choices(earlier)} earlier.`;
  }

  #forgotten(formats: InspectorHost['formats'], undone: number): string {
    if (undone === 0) return 'Nothing was learned since.';
    return `The profile would lose the ${undone === 1 ? 'choice' : formats.choices(undone)} since then.`;
  }

  #place({ formats }: InspectorHost, { item, now, earlier }: PlaceChange): TemplateResult {
    const change =
      earlier === null
        ? 'leaves'
        : now === null
          ? 'comes in'
          : now === earlier
            ? 'stays'
            : earlier < now
              ? `up ${formats.count(now - earlier)}`
              : `down ${formats.count(earlier - now)}`;
    const kind = earlier === null ? 'left' : now === null ? 'added' : now === earlier ? 'same' : 'moved';
    return html`
      <li data-place=${kind}>
        <span class="value">${earlier === null ? '' : formats.count(earlier)}</span>${picture(item)}<span class="name">${item.title}</span><span class="badge">${change}</span>
      </li>`;
  }

  async #toggle(host: InspectorHost, entry: TimelineEntry): Promise<void> {
    const again = this.#open === entry.key;
    this.#close();
    if (!again) await this.#show(host, entry);
    host.update();
  }

  async #show(host: InspectorHost, { key, snapshot }: TimelineEntry): Promise<void> {
    this.#open = key;
    host.update();
    if (!snapshot) return;
    try {
      const change = await host.recommender.inspect('snapshot', snapshot.id);
      if (this.#open === key) this.#change = change;
    } catch (thrown) {
      this.#close();
      host.fail(thrown);
    }
  }

  /** Opens the entry whose point was pressed in the chart. */
  async #pick(host: InspectorHost, key: string): Promise<void> {
    const entry = this.#entries.find((one) => one.key === key);
    if (!entry || this.#busy) return;
    if (entry.choice) this.#choices = true;
    const shown = this.#entries.filter(({ choice }) => this.#choices || !choice);
    this.#all ||= shown.indexOf(entry) >= INITIAL_ENTRIES;
    this.#close();
    const showing = this.#show(host, entry);
    host.focus(`[data-open="${key}"]`);
    await showing;
    host.update();
  }

  async #goBack(host: InspectorHost, id: number): Promise<void> {
    this.#busy = true;
    host.update();
    try {
      const choices = this.#change?.snapshot.choices ?? 0;
      await host.recommender.rollback(id);
      this.#close();
      await host.refresh();
      host.say(`Done. The shop knows what it knew after choice ${host.formats.count(choices)}.`);
    } catch (thrown) {
      host.fail(thrown);
    } finally {
      this.#busy = false;
      host.update();
    }
  }

  #close(): void {
    this.#open = null;
    this.#change = null;
  }

  #toggleChoices(host: InspectorHost): void {
    this.#choices = !this.#choices;
    host.update();
  }

  #showAll(host: InspectorHost): void {
    this.#all = true;
    host.update();
  }
}
