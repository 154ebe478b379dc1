import { html, nothing, type TemplateResult } from 'lit';
import type { DeviceReport, Inspection, ListComparison, Recommendation } from '../../../../device/protocol';
import { clickList } from '../charts/bars';
import { figure } from '../charts/chart';
import type { Chart } from '../charts/plots';
import { runningRanks } from '../charts/ranks';
import { picture } from '../picture';
import { runWords, whyNothing } from '../wording';
import { Controls } from './controls';
import { type Latency, measureLatency } from './latency';
import type { InspectorHost, View } from './view';

/** Minimum number of choices for a statement about the ranks. */
const MIN_CHOICES = 5;
/** Number of choices from which a statement is no longer too early. */
const ENOUGH_CHOICES = 20;
/** Rows of a table of figures. */
const MAX_ROWS = 40;
/** Names of the encoders' last runs among the facts. */
const ENCODERS = { text: 'Text encoder', image: 'Image encoder' } as const;

export class HelpsView implements View {
  #lists: ListComparison | null = null;
  #inspection: Inspection | null = null;
  #device: DeviceReport | null = null;
  #latency: Latency | null = null;
  #chart: Chart | null = null;
  /** Storage used by all pages of this site, bytes; null if the browser does not report it. */
  #stored: number | null = null;
  #measuring = false;
  readonly #controls = new Controls();

  async load(host: InspectorHost): Promise<void> {
    const { recommender } = host;
    const [lists, inspection] = await Promise.all([recommender.inspect('lists'), recommender.inspect('profile')]);
    this.#lists = lists;
    this.#inspection = inspection;
    const points = runningRanks(inspection.choices);
    this.#chart = points.length < MIN_CHOICES ? null : { name: 'ranks', data: { points, of: inspection.record.of } };
    // The following figures take longer and are not the main content of the view.
    void this.#measure(host);
  }

  render(host: InspectorHost): TemplateResult {
    const { status, metrics, language } = host;
    const reason = whyNothing(status);
    return html`
      <p class="lead" data-lead>${reason ?? this.#verdict(host)}</p>
      ${this.#lists ? this.#sideBySide(host, this.#lists, reason !== null || status.events === 0) : nothing}
      ${reason ? nothing : this.#record(host)}
      ${host.heading('Clicks per list')}
      ${metrics.rows.some(({ ctr }) => ctr !== null) ? html`<p class="note">Of the products that were seen in each list on this device, how many were clicked. Pale: where the true share may lie (95 % interval).</p>` : nothing}
      ${clickList(metrics, language)}
      ${this.#figures(host)}
      ${this.#controls.render(host)}`;
  }

  #verdict({ formats, status }: InspectorHost): string {
    const record = this.#inspection?.record;
    if (!record?.against || record.choices < MIN_CHOICES) {
      if (status.events === 0) return 'Nothing has been learned yet, so your list is the one that everybody gets.';
      return (this.#inspection?.choices.length ?? 0) > ENOUGH_CHOICES
        ? 'Nothing to compare: you had chosen all of your latest products before, so they were not ranked.'
        : `Too early to say: it takes ${formats.count(MIN_CHOICES)} choices of products that were new to you.`;
    }
    const { factor, range, better, worse } = record.against.popularity;
    const [low, high] = range;
    const interval = `95 % interval ${formats.fine(low)} to ${formats.fine(high)}`;
    const counted = `In ${formats.count(better)} of ${formats.choices(record.choices)} it was nearer, in ${formats.count(worse)} farther.`;
    const than = 'than in the list that everybody gets, by popularity';
    if (low > 1)
      return `Yes: the products you chose stood ${formats.fine(factor)} times nearer to the top of your list ${than} (${interval}). ${counted}`;
    if (high < 1)
      return `No: the products you chose stood ${formats.fine(1 / factor)} times farther from the top of your list ${than} (${interval} of nearer). ${counted}`;
    return `Not clear yet: the products you chose stood ${formats.fine(factor)} times as near to the top of your list as in the list that everybody gets, by popularity (${interval}). ${counted}`;
  }

  /** @param same whether the learned profile makes no difference: one list is enough then */
  #sideBySide(host: InspectorHost, { own, without }: ListComparison, same: boolean): TemplateResult {
    const shared = (list: Recommendation[], id: string): boolean => list.some(({ item }) => item.id === id);
    const column = (title: string, name: string, list: Recommendation[], other: Recommendation[]) => html`
      <div data-list=${name}>
        <h4 aria-level=${host.level + 1}>${title}</h4>
        <ol class="places">
          ${list.map(
            ({ item, position }) => html`
              <li data-item=${item.id} data-shared=${shared(other, item.id) ? '' : nothing}>
                <span class="value">${host.formats.count(position + 1)}</span>${picture(item)}<span class="name">${item.title}</span>${shared(other, item.id) ? html`<span class="badge">in both</span>` : nothing}
              </li>`,
          )}
        </ol>
      </div>`;
    if (same) {
      return html`
        ${host.heading('The list')}
        <div part="lists">${column('As everybody gets it', 'without', without, [])}</div>`;
    }
    const both = own.filter(({ item }) => shared(without, item.id)).length;
    return html`
      ${host.heading('With and without the profile')}
      <p class="note">${both === own.length ? 'Both have the same products.' : `${host.formats.count(own.length - both)} of your first ${host.formats.count(own.length)} products are there because of the profile.`}</p>
      <div part="lists" class="two">
        ${column('Your list', 'own', own, without)} ${column('What everybody gets', 'without', without, own)}
      </div>`;
  }

  /** How the chosen products had been ranked before the choice. */
  #record(host: InspectorHost): TemplateResult {
    const { formats, heading, language } = host;
    const inspection = this.#inspection;
    if (!inspection?.record.mean || !inspection.record.against || !this.#chart) return html``;
    const { mean, against, choices, of } = inspection.record;
    const ranked = inspection.choices.filter(({ ranks }) => ranks !== null).slice(-MAX_ROWS);
    const row = (name: string, place: number, gain: typeof against.popularity | null) => html`
      <tr><th scope="row">${name}</th><td>${formats.fine(place)}</td><td>${gain ? `${formats.fine(gain.factor)} (${formats.fine(gain.range[0])}–${formats.fine(gain.range[1])})` : '–'}</td></tr>`;
    return html`
      ${heading('Where your choices stood before you made them')}
      <p class="note">
        Each of ${formats.choices(choices)} was ranked before anything was learned from it, among ${formats.count(of)} products: place 1 is the top. ${this.#likeness(against.content.range)}
      </p>
      <table part="record" class="record">
        <thead><tr><th scope="col">Ranked by</th><th scope="col">Mean place (geometric)</th><th scope="col">Your list is nearer by a factor of (95 % interval)</th></tr></thead>
        <tbody>
          ${row('your list', mean.own, null)} ${row('popularity', mean.popularity, against.popularity)} ${row('similarity to your choices', mean.content, against.content)}
        </tbody>
      </table>
      ${figure(
        'Mean place of the last 20 choices',
        this.#chart,
        {
          head: ['Choice', 'Your list', 'Popularity', 'Similarity'],
          rows: ranked
            .toReversed()
            .map(({ at, ranks }) => [
              formats.count(at),
              ...(['own', 'popularity', 'content'] as const).map((name) => formats.count(ranks?.[name] ?? 0)),
            ]),
        },
        language,
        {
          note: 'The higher the line, the nearer to the top.',
          legend: [
            { name: 'your list', color: 'own' },
            { name: 'popularity', color: 'popularity' },
            { name: 'similarity to your choices', color: 'content' },
          ],
        },
      )}`;
  }

  /** How the list compares with one ranked only by similarity to the past choices. */
  #likeness([low, high]: readonly [number, number]): string {
    if (low > 1) return 'Your list also does better than one ranked only by similarity to your past choices.';
    if (high < 1) return 'A list ranked only by similarity to your past choices would have done better than yours.';
    return 'It is not clear yet whether your list does better than one ranked only by similarity to your past choices.';
  }

  #figures(host: InspectorHost): TemplateResult {
    const { formats, status } = host;
    const [device, latency] = [this.#device, this.#latency];
    const ms = (time: number): string => `${formats.fine(time)} ms`;
    const consent = {
      pending: 'not asked yet',
      session: 'kept for this visit',
      granted: 'kept on this device',
      denied: 'declined',
    }[status.consent];
    const learning = status.learning && status.consent !== 'denied';
    const waiting = 'measuring';
    type Fact = [name: string, value: string];
    const plain: Fact[] = [
      ['Consent', consent],
      ['Learning', learning ? 'on' : 'off'],
      ['A list, median', latency ? ms(latency.median) : waiting],
      ['A list, 95 of 100', latency ? `at most ${ms(latency.p95)}` : waiting],
      ['A list, longest', latency ? ms(latency.most) : waiting],
      [
        'Profile',
        device ? `${formats.bytes(device.profile)}, ${device.inMemory ? 'in memory' : 'on this device'}` : waiting,
      ],
      ['Stored by this site', this.#stored === null ? 'the browser does not say' : formats.bytes(this.#stored)],
      ['Products', formats.count(status.items)],
      ['Events', formats.count(status.events)],
      ['Last update', status.lastUpdate === null ? 'none yet' : formats.moment(status.lastUpdate)],
    ];
    const ran = status.backend.runs.map((run): Fact => [ENCODERS[run.modality], runWords(run, formats)]);
    const encoders: Fact[] = ran.length > 0 ? ran : [['Encoders', 'not needed yet']];
    const technical: Fact[] = [
      ...encoders,
      ['Features in memory', device ? formats.bytes(device.features) : waiting],
      [
        'Worker’s heap',
        device ? (device.heap === null ? 'the browser does not say' : formats.bytes(device.heap)) : waiting,
      ],
      ['Log', device ? `${formats.count(device.log.events)} events, ${formats.bytes(device.log.bytes)}` : waiting],
      [
        'Loaded by the worker',
        device ? `${formats.count(device.loaded.files)} files, ${formats.bytes(device.loaded.bytes)}` : waiting,
      ],
      ['Windows', formats.count(status.windows)],
      ['Rejected updates', formats.count(status.rejected)],
    ];
    const rows = (facts: readonly Fact[]) => html`
      <dl part="facts" class="facts">
        ${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd data-fact=${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}>${value}</dd></div>`)}
      </dl>`;
    return html`
      ${host.heading('What it uses on this device')}
      <p class="note">${latency ? `Lists: the time from the page’s request to the answer, for ${formats.count(latency.lists)} lists requested just now.` : 'Requesting a few lists to see how long they take.'}</p>
      ${rows(plain)}
      <details><summary>Technical figures</summary>${rows(technical)}</details>`;
  }

  async #measure(host: InspectorHost): Promise<void> {
    if (this.#measuring) return;
    this.#measuring = true;
    try {
      this.#device = await host.recommender.inspect('device');
      this.#stored = (await navigator.storage?.estimate?.())?.usage ?? null;
      // Only once: every extra list delays the shop's own lists.
      this.#latency ??= await measureLatency(host.recommender);
    } catch (thrown) {
      host.fail(thrown);
    } finally {
      this.#measuring = false;
      host.update();
    }
  }
}
