import { html, nothing, type TemplateResult } from 'lit';
import type { Inspection, ListChange, PlaceChange } from '../../../protocol';
import { figure } from '../charts/chart';
import type { Chart } from '../charts/plots';
import { picture } from '../picture';
import { NOTHING_YET, POINT_NAMES, POINT_TERMS, whyNothing } from '../wording';
import { type TimelineEntry, timelineEntries } from './timeline-entries';
import type { InspectorHost, View } from './view';

/** Entries that are shown at first. */
const FIRST = 40;

/** When did it learn it? Each point with a snapshot shows what going back to it would change, and goes back. */
export class TimelineView implements View {
  #inspection: Inspection | null = null;
  #entries: TimelineEntry[] = [];
  #chart: Chart | null = null;
  #all = false;
  #choices = true;
  /** Id of the snapshot that is open; null without. */
  #open: number | null = null;
  #change: ListChange | null = null;
  #busy = false;

  async load(host: InspectorHost): Promise<void> {
    const inspection = await host.recommender.inspect('profile');
    this.#inspection = inspection;
    this.#entries = timelineEntries(inspection);
    const { choices, points, snapshots } = inspection;
    this.#chart = choices.length > 1 ? { name: 'timeline', data: { choices, points } } : null;
    if (!snapshots.some(({ id }) => id === this.#open)) this.#close();
    else if (this.#open !== null) this.#change = await host.recommender.inspect('snapshot', this.#open);
  }

  render(host: InspectorHost): TemplateResult {
    const { status, formats } = host;
    const reason = whyNothing(status.consent, status.learning);
    if (reason) return html`<p class="lead" data-lead>${reason}</p>`;
    const inspection = this.#inspection;
    if (!inspection) return html`<p class="note">One moment.</p>`;
    if (this.#entries.length === 0 && status.events === 0) return html`<p class="lead" data-lead>${NOTHING_YET}</p>`;
    const { points, choices } = inspection;
    const shown = this.#entries.filter(({ choice }) => this.#choices || !choice);
    const listed = this.#all ? shown : shown.slice(0, FIRST);
    return html`
      <p class="lead" data-lead>${this.#lead(host)}</p>
      ${
        this.#chart
          ? figure('What happened, choice by choice', this.#chart, this.#figures(host, points), host.language)
          : nothing
      }
      ${host.heading('Point by point')}
      <p class="note">
        ${
          inspection.snapshots.length > 0
            ? 'The newest first. Where a stretch of choices was closed, the state was kept: open it to see what going back would change.'
            : 'The newest first. After 40 choices, or when your taste changes, the state is kept here, and you can go back to it.'
        }
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

  /** In all: the journal may have lost the first of them. */
  #lead({ status, formats }: InspectorHost): string {
    const { drifts, rejected, experts, events } = status;
    const kept = experts.filter(({ state }) => state === 'active' || state === 'frozen').length;
    const parts = [
      `${formats.choices(events)} so far`,
      kept === 0 ? 'no taste kept apart yet' : `${formats.count(kept)} ${kept === 1 ? 'taste' : 'tastes'} kept apart`,
      ...(drifts > 0 ? [`${formats.count(drifts)} ${drifts === 1 ? 'change' : 'changes'} of direction`] : []),
      ...(rejected > 0 ? [`${formats.count(rejected)} ${rejected === 1 ? 'step' : 'steps'} undone by the guard`] : []),
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
    const { choice, point, snapshot, time, at } = entry;
    const { formats } = host;
    if (choice) {
      const { item, ranks } = choice;
      return html`
        <li class="choice" data-kind="choice">
          ${item ? picture(item) : html`<span class="picture" aria-hidden="true"></span>`}
          <span class="what">
            <span class="name">You chose ${item?.title ?? 'a product that is gone'}</span>
            <span class="about">choice ${formats.count(at)}, ${formats.moment(time)}${ranks ? ` · it was ${formats.place(ranks.own)} in your list, ${formats.place(ranks.popularity)} by popularity` : ''}</span>
          </span>
        </li>`;
    }
    const open = snapshot !== null && snapshot.id === this.#open;
    const more = point?.expert === undefined ? '' : `, expert ${point.expert}`;
    return html`
      <li data-kind=${point?.kind ?? 'snapshot'} data-snapshot=${snapshot?.id ?? nothing}>
        <span class="spot" aria-hidden="true"></span>
        <span class="what">
          <span class="name">${point ? POINT_NAMES[point.kind] : 'The state was kept'}</span>
          <span class="about">${point ? `${POINT_TERMS[point.kind]}${more}, ` : ''}after choice ${formats.count(at)}, ${formats.moment(time)}</span>
        </span>
        ${
          snapshot
            ? html`
              <button class="button" type="button" data-open=${snapshot.id} aria-expanded=${open ? 'true' : 'false'} ?disabled=${this.#busy} @click=${() => this.#toggle(host, snapshot.id)}>
                ${open ? 'Close' : 'See what going back changes'}<span class="unseen">, to choice ${formats.count(snapshot.choices)}</span>
              </button>`
            : nothing
        }
        ${open ? this.#opened(host) : nothing}
      </li>`;
  }

  #opened(host: InspectorHost): TemplateResult {
    const change = this.#change;
    const { formats, status } = host;
    if (!change) return html`<p class="note opened">Comparing the lists.</p>`;
    const { snapshot, added, left, moved, items } = change;
    const undone = Math.max(0, status.events - snapshot.choices);
    const words =
      added + left + moved === 0
        ? 'Your first 20 products would stay as they are.'
        : `Of your first 20 products ${formats.count(left)} would leave, ${formats.count(added)} would come in, and ${formats.count(moved)} would move.`;
    return html`
      <div part="snapshot" class="opened" data-change>
        <p><strong data-change-words>${words}</strong> What was learned from ${undone === 1 ? 'the choice' : `the ${formats.choices(undone)}`} since then would be forgotten.</p>
        <ol class="places">${items.map((item) => this.#place(host, item))}</ol>
        <button class="button strong" type="button" data-testid="rollback" ?disabled=${this.#busy} @click=${() => this.#goBack(host, snapshot.id)}>
          Go back to choice ${formats.count(snapshot.choices)}
        </button>
      </div>`;
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

  async #toggle(host: InspectorHost, id: number): Promise<void> {
    if (this.#open === id) {
      this.#close();
      host.update();
      return;
    }
    this.#open = id;
    this.#change = null;
    host.update();
    try {
      const change = await host.recommender.inspect('snapshot', id);
      if (this.#open === id) this.#change = change;
    } catch (thrown) {
      this.#close();
      host.fail(thrown);
    }
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
