import { html, nothing, type TemplateResult } from 'lit';
import { fill } from '../../../../core/labels';
import type { Inspection, Item, ListChange, PlaceChange, Snapshot } from '../../../../device/protocol';
import { picture } from '../../picture';
import { figure } from '../charts/chart';
import type { Chart } from '../charts/plots';
import { whyNothing } from '../words';
import { type TimelineEntry, type TimelineRow, timelineEntries, timelineRows } from './timeline-entries';
import { Busy, type InspectorHost, lead, type View } from './view';

/** Rows that are shown at first. */
const INITIAL_ROWS = 40;
const MAX_PICTURES = 5;

/** When did it learn it? A row with an earlier state shows the effect of going back to that, and offers to do so. */
export class TimelineView implements View {
  #inspection: Inspection | null = null;
  #rows: TimelineRow[] = [];
  #chart: Chart | null = null;
  #all = false;
  #choices = true;
  /** Key of the open row, if any. */
  #open: string | null = null;
  /** Keys of the runs whose choices are shown. */
  readonly #unfolded = new Set<string>();
  /** The effect of going back to its snapshot; null until it is known. */
  #change: ListChange | null = null;
  readonly #busy = new Busy();

  async load(host: InspectorHost): Promise<void> {
    const inspection = await host.recommender.status.inspect('profile');
    this.#inspection = inspection;
    this.#rows = timelineRows(timelineEntries(inspection));
    const { choices, points } = inspection;
    this.#chart = choices.length > 1 ? { name: 'timeline', data: { choices, points } } : null;
    const snapshot = this.#rows.find(({ key }) => key === this.#open)?.entries[0].snapshot;
    if (snapshot) this.#change = await host.recommender.status.inspect('snapshot', snapshot.id);
    else this.#close();
  }

  render(host: InspectorHost): TemplateResult {
    const { status, words } = host;
    const { texts, formats } = words;
    const { timeline } = texts;
    const reason = whyNothing(status, texts);
    if (reason) return lead(reason);
    const inspection = this.#inspection;
    if (!inspection) return html`<p class="note">${texts.moment}</p>`;
    if (this.#rows.length === 0 && status.events === 0) return lead(texts.nothing);
    const { points, choices } = inspection;
    const { columns, events } = timeline;
    const rows = points
      .toReversed()
      .map(({ kind, at, time }) => [events[kind], formats.count(at), formats.moment(time)]);
    const toggleChoices = (): void => {
      this.#choices = !this.#choices;
      host.update();
    };
    const showAll = (): void => {
      this.#all = true;
      host.update();
    };
    const shown = this.#shown();
    const listed = this.#all ? shown : shown.slice(0, INITIAL_ROWS);
    const opens = this.#rows.some(({ entries }) => entries[0].snapshot);
    return html`
      ${lead(this.#lead(host))}
      ${
        this.#chart
          ? figure(this.#chart, words, {
              title: timeline.chart,
              head: [columns.what, columns.after, columns.when],
              rows,
              note: timeline.chartNote,
              pick: (key) => void this.#pick(host, key),
            })
          : nothing
      }
      ${host.heading(timeline.list)}
      <p class="note">${opens ? timeline.listNote : timeline.firstState}</p>
      <label class="check"><input type="checkbox" .checked=${this.#choices} @change=${toggleChoices} /> ${timeline.showChoices}</label>
      <ol part="timeline" class="timeline">
        ${listed.map((row) => this.#row(host, row))}
      </ol>
      ${
        listed.length < shown.length
          ? html`<button class="button" type="button" data-testid="all-entries" @click=${showAll}>${fill(timeline.showAll, { count: formats.count(shown.length) })}</button>`
          : nothing
      }
      ${(choices[0]?.at ?? 1) > 1 ? html`<p class="note">${fill(timeline.lost, { number: formats.count(choices[0]?.at ?? 1) })}</p>` : nothing}`;
  }

  #shown(): TimelineRow[] {
    return this.#choices ? this.#rows : this.#rows.filter(({ entries }) => !entries[0].choice);
  }

  /** Totals: the journal may have lost the earliest ones. */
  #lead({ status, words }: InspectorHost): string {
    const { texts, formats, counted } = words;
    const { timeline } = texts;
    const { rejected, experts, events } = status;
    const kept = experts.filter(({ state }) => state === 'active' || state === 'frozen').length;
    return formats.enumerated([
      counted(timeline.soFar, events),
      kept === 0 ? timeline.noTaste : counted(timeline.tastes, kept),
      ...(rejected > 0 ? [counted(timeline.leftOut, rejected)] : []),
    ]);
  }

  #row(host: InspectorHost, row: TimelineRow): TemplateResult {
    const { key, entries } = row;
    const [{ choice, point, snapshot, kept }] = entries;
    const open = key === this.#open;
    const number = snapshot && host.words.formats.count(snapshot.choices);
    const content = html`
      ${this.#pictures(entries)}
      <span class="what">
        ${entries.length > 1 ? this.#run(host, entries) : this.#what(host, entries[0])}
        ${kept && number !== null ? html`<span class="badge">${fill(host.words.texts.timeline.keptBadge, { number })}</span>` : nothing}
      </span>`;
    return html`
      <li class=${choice ? 'choice' : ''} data-row=${key} data-kind=${choice ? 'choice' : (point?.kind ?? 'snapshot')} data-snapshot=${kept && snapshot ? snapshot.id : nothing}>
        ${
          snapshot
            ? html`<button class="row" type="button" data-open=${key} aria-expanded=${open ? 'true' : 'false'} ?disabled=${this.#busy.now} @click=${() => this.#toggle(host, row)}>${content}</button>`
            : html`<div class="row" tabindex="-1">${content}</div>`
        }
        ${open && snapshot ? this.#opened(host, snapshot) : nothing}
        ${entries.length > 1 ? this.#each(host, row) : nothing}
      </li>`;
  }

  #pictures(entries: TimelineRow['entries']): TemplateResult {
    const [{ choice }] = entries;
    if (!choice) return html`<span class="spot" aria-hidden="true"></span>`;
    const category = entries.length > 1 ? mostly(entries) : null;
    const items = entries
      .flatMap((entry) => entry.choice?.item ?? [])
      .filter((item) => category === null || topOf(item) === category)
      .slice(0, MAX_PICTURES);
    if (items.length === 0) return html`<span class="picture media" aria-hidden="true"></span>`;
    return entries.length === 1
      ? html`${items.map((item) => picture(item))}`
      : html`<span class="run">${items.map((item) => picture(item))}</span>`;
  }

  /** A run of choices: how many, mostly of which category, and when. */
  #run({ words }: InspectorHost, entries: TimelineRow['entries']): TemplateResult {
    const { texts, formats } = words;
    const { timeline } = texts;
    const [newest] = entries;
    const oldest = entries.at(-1) ?? newest;
    const count = formats.count(entries.length);
    const category = mostly(entries);
    const values = {
      first: formats.count(oldest.at),
      last: formats.count(newest.at),
      moment: formats.moments(oldest.time, newest.time),
    };
    return html`
      <span class="name">${category === null ? fill(timeline.run, { count }) : fill(timeline.runMostly, { count, category })}</span>
      <span class="about">${fill(timeline.choiceNumbers, values)}</span>`;
  }

  #each(host: InspectorHost, { key, entries }: TimelineRow): TemplateResult {
    const toggled = ({ currentTarget }: Event): void => {
      if (!(currentTarget instanceof HTMLDetailsElement)) return;
      if (currentTarget.open) this.#unfolded.add(key);
      else this.#unfolded.delete(key);
    };
    return html`
      <details class="each" ?open=${this.#unfolded.has(key)} @toggle=${toggled}>
        <summary>${host.words.texts.timeline.each}</summary>
        <ol>${entries.map(
          (entry) =>
            html`<li class="row" data-choice=${entry.at}>${this.#pictures([entry])}<span class="what">${this.#what(host, entry)}</span></li>`,
        )}</ol>
      </details>`;
  }

  #what({ words }: InspectorHost, { choice, point, time, at }: TimelineEntry): TemplateResult {
    const { texts, formats } = words;
    const { timeline } = texts;
    const values = { number: formats.count(at), moment: formats.moment(time) };
    if (choice) {
      const { item, ranks } = choice;
      const { place } = formats;
      const about = [
        fill(timeline.choiceNumber, values),
        ranks ? fill(timeline.ranked, { own: place(ranks.own), popularity: place(ranks.popularity) }) : [],
      ].flat();
      return html`
        <span class="name">${item ? fill(timeline.chose, { title: item.title }) : timeline.gone}</span>
        <span class="about">${about.join(' · ')}</span>`;
    }
    const name = point ? timeline.events[point.kind] : timeline.kept;
    const id = point?.expert === undefined ? null : formats.count(point.expert);
    return html`
      <span class="name">${id === null ? name : fill(texts.learned.numbered, { name, id })}</span>
      <span class="about">${fill(timeline.afterChoice, values)}</span>`;
  }

  #opened(host: InspectorHost, snapshot: Snapshot): TemplateResult {
    const change = this.#change;
    const { status, words } = host;
    const { texts, formats, counted } = words;
    const { timeline } = texts;
    const number = formats.count(snapshot.choices);
    const which = html`<p data-which>${fill(timeline.which, { number, moment: formats.moment(snapshot.time) })}</p>`;
    if (!change) return html`<div class="opened">${which}<p class="note">${timeline.comparing}</p></div>`;
    const { added, left, moved, items } = change;
    const undone = Math.max(0, status.events - snapshot.choices);
    const changes = { left: formats.count(left), added: formats.count(added), moved: formats.count(moved) };
    return html`
      <div part="snapshot" class="opened" data-change>
        ${which}
        <p><strong data-change-words>${added + left + moved === 0 ? timeline.stays : fill(timeline.change, changes)}</strong>
        ${undone === 0 ? timeline.nothingSince : counted(timeline.wouldLose, undone)}</p>
        <ol class="places">${items.map((item) => this.#place(host, item))}</ol>
        ${
          undone === 0
            ? nothing
            : html`<button class="button strong" type="button" data-testid="rollback" ?disabled=${this.#busy.now} @click=${() => this.#busy.run(host, () => this.#goBack(host, snapshot.id))}>${fill(timeline.goBack, { number })}</button>`
        }
      </div>`;
  }

  #place({ words }: InspectorHost, { item, now, earlier }: PlaceChange): TemplateResult {
    const { texts, formats } = words;
    const { places } = texts.timeline;
    const change =
      earlier === null
        ? places.leaves
        : now === null
          ? places.enters
          : now === earlier
            ? places.stays
            : fill(earlier < now ? places.up : places.down, { count: formats.count(Math.abs(now - earlier)) });
    const kind = earlier === null ? 'left' : now === null ? 'added' : now === earlier ? 'same' : 'moved';
    return html`
      <li data-place=${kind}>
        <span class="value">${earlier === null ? '' : formats.count(earlier)}</span>${picture(item)}<span class="name">${item.title}</span><span class="badge">${change}</span>
      </li>`;
  }

  async #toggle(host: InspectorHost, row: TimelineRow): Promise<void> {
    const again = this.#open === row.key;
    this.#close();
    if (!again) await this.#show(host, row);
    host.update();
  }

  async #show(host: InspectorHost, { key, entries: [{ snapshot }] }: TimelineRow): Promise<void> {
    if (!snapshot) return;
    this.#open = key;
    host.update();
    try {
      const change = await host.recommender.status.inspect('snapshot', snapshot.id);
      if (this.#open === key) this.#change = change;
    } catch (thrown) {
      this.#close();
      host.fail(thrown);
    }
  }

  /** Goes to the row whose point was pressed in the chart, and opens it if a state exists. */
  async #pick(host: InspectorHost, entryKey: string): Promise<void> {
    const row = this.#rows.find(({ entries }) => entries.some((entry) => entry.key === entryKey));
    if (!row || this.#busy.now) return;
    if (row.entries[0].choice) this.#choices = true;
    this.#all ||= this.#shown().indexOf(row) >= INITIAL_ROWS;
    this.#close();
    const showing = this.#show(host, row);
    host.focus(`[data-row="${row.key}"] .row`);
    await showing;
    host.update();
  }

  async #goBack(host: InspectorHost, id: number): Promise<void> {
    const { texts, formats } = host.words;
    const number = formats.count(this.#change?.snapshot.choices ?? 0);
    await host.recommender.profile.rollback(id);
    this.#close();
    await host.refresh();
    host.say(fill(texts.timeline.wentBack, { number }));
  }

  #close(): void {
    this.#open = null;
    this.#change = null;
  }
}

const topOf = ({ category }: Pick<Item, 'category'>): string => category.split('/')[0]?.trim() ?? '';

/** The top category of more than half of these choices; null without one. */
function mostly(entries: readonly TimelineEntry[]): string | null {
  const names = entries.map(({ choice }) => (choice?.item ? topOf(choice.item) : ''));
  return names.find((name) => name !== '' && names.filter((other) => other === name).length > names.length / 2) ?? null;
}
