import { html, nothing, type TemplateResult } from 'lit';
import { fill } from '../../../../core/labels';
import type {
  DeviceReport,
  Inspection,
  ListComparison,
  RankGain,
  Recommendation,
  Recommender,
} from '../../../../device/protocol';
import { picture } from '../../picture';
import { clickList } from '../charts/bars';
import { figure } from '../charts/chart';
import { runningRanks } from '../charts/chart-data';
import type { Chart } from '../charts/plots';
import { backendWords, whyNothing } from '../words';
import { Controls } from './controls';
import { type InspectorHost, lead, MAX_ROWS, type View } from './view';

/** Minimum number of choices for a statement about the ranks. */
const MIN_CHOICES = 5;
/** Number of choices from which a statement is no longer too early. */
const ENOUGH_CHOICES = 20;
/** Rankings in the order of the table, the legend and the figures. */
const RANKINGS = ['own', 'popularity', 'content'] as const;

export class HelpsView implements View {
  #lists: ListComparison | null = null;
  #inspection: Inspection | null = null;
  #device: DeviceReport | null = null;
  #latency: ReturnType<typeof latencyOf> | null = null;
  #chart: Chart | null = null;
  /** Storage used by all pages of this site, bytes; null if the browser does not report it. */
  #stored: number | null = null;
  #measuring = false;
  readonly #controls = new Controls();

  async load(host: InspectorHost): Promise<void> {
    const { recommender } = host;
    const [lists, inspection] = await Promise.all([
      recommender.status.inspect('lists'),
      recommender.status.inspect('profile'),
    ]);
    this.#lists = lists;
    this.#inspection = inspection;
    const points = runningRanks(inspection.choices);
    this.#chart = points.length < MIN_CHOICES ? null : { name: 'ranks', data: { points, of: inspection.record.of } };
    // The following figures take longer and are not the main content of the view.
    void this.#measure(host);
  }

  render(host: InspectorHost): TemplateResult {
    const { status, metrics, words } = host;
    const { texts } = words;
    const reason = whyNothing(status, texts);
    return html`
      ${lead(reason ?? this.#verdict(host))}
      ${this.#lists ? this.#sideBySide(host, this.#lists, reason !== null || status.events === 0) : nothing}
      ${reason ? nothing : this.#record(host)}
      ${host.heading(texts.helps.clicks)}
      ${metrics.rows.some(({ ctr }) => ctr !== null) ? html`<p class="note">${texts.helps.clicksNote}</p>` : nothing}
      ${clickList(metrics, words)}
      ${this.#figures(host)}
      ${this.#controls.render(host)}`;
  }

  #verdict({ status, words }: InspectorHost): string {
    const { texts, formats, counted } = words;
    const { helps } = texts;
    const record = this.#inspection?.record;
    if (!record?.mean || record.choices < MIN_CHOICES) {
      if (status.events === 0) return helps.nothing;
      return (this.#inspection?.choices.length ?? 0) > ENOUGH_CHOICES
        ? helps.repeats
        : counted(helps.tooEarly, MIN_CHOICES);
    }
    const { own, popularity } = record.mean;
    const place = (mean: number): string => formats.place(Math.round(mean));
    return fill(helps.stood, { own: place(own), popularity: place(popularity) });
  }

  /** @param same whether the learned profile makes no difference: one list is enough then */
  #sideBySide(
    { heading, level, words }: InspectorHost,
    { own, without }: ListComparison,
    same: boolean,
  ): TemplateResult {
    const { texts, formats } = words;
    const { helps } = texts;
    const shared = (list: Recommendation[], id: string): boolean => list.some(({ item }) => item.id === id);
    const column = (title: string, name: string, list: Recommendation[], other: Recommendation[]) => html`
      <div data-list=${name}>
        <h4 aria-level=${level + 1}>${title}</h4>
        <ol class="places">
          ${list.map(
            ({ item, position }) => html`
              <li data-item=${item.id} data-shared=${shared(other, item.id) ? '' : nothing}>
                <span class="value">${formats.count(position + 1)}</span>${picture(item)}<span class="name">${item.title}</span>${shared(other, item.id) ? html`<span class="badge">${helps.both}</span>` : nothing}
              </li>`,
          )}
        </ol>
      </div>`;
    if (same) {
      return html`
        ${heading(helps.list)}
        <div part="lists">${column(helps.everybodyOnly, 'without', without, [])}</div>`;
    }
    const both = own.filter(({ item }) => shared(without, item.id)).length;
    const because = fill(helps.because, { count: formats.count(own.length - both), of: formats.count(own.length) });
    return html`
      ${heading(helps.lists)}
      <p class="note">${both === own.length ? helps.same : because}</p>
      <div part="lists" class="two">
        ${column(helps.own, 'own', own, without)} ${column(helps.everybody, 'without', without, own)}
      </div>`;
  }

  /** How the chosen products had been ranked before the choice. */
  #record({ heading, words }: InspectorHost): TemplateResult {
    const { texts, formats, counted } = words;
    const { helps } = texts;
    const inspection = this.#inspection;
    if (!inspection?.record.mean || !inspection.record.against || !this.#chart) return html``;
    const { mean, against, choices, of } = inspection.record;
    const { better, worse } = against.popularity;
    const ranked = inspection.choices
      .flatMap(({ at, ranks }) => (ranks ? { at, ranks } : []))
      .slice(-MAX_ROWS)
      .toReversed();
    const row = (name: (typeof RANKINGS)[number], gain: RankGain | null) => html`
      <tr><th scope="row">${helps.rankings[name]}</th><td>${formats.fine(mean[name])}</td><td>${gain ? `${formats.fine(gain.factor)} (${formats.fine(gain.range[0])}–${formats.fine(gain.range[1])})` : '–'}</td></tr>`;
    return html`
      ${heading(helps.record)}
      <p class="note">${words.joined([
        counted(helps.recordNote, choices, { of: formats.count(of) }),
        fill(helps.counted, { better: formats.count(better), worse: formats.count(worse) }),
      ])}</p>
      <div class="scroll-across" tabindex="0" role="region" aria-label=${helps.record}>
        <table part="record" class="record">
          <thead><tr><th scope="col">${helps.columns.by}</th><th scope="col">${helps.columns.mean}</th><th scope="col">${helps.columns.factor}</th></tr></thead>
          <tbody>${row('own', null)} ${row('popularity', against.popularity)} ${row('content', against.content)}</tbody>
        </table>
      </div>
      ${figure(this.#chart, words, {
        title: helps.chart,
        head: [texts.choice, ...RANKINGS.map((name) => helps.rankings[name])],
        rows: ranked.map(({ at, ranks }) => [at, ...RANKINGS.map((name) => ranks[name])].map(formats.count)),
        note: helps.chartNote,
        legend: RANKINGS.map((name) => ({ name: helps.rankings[name], color: name })),
      })}`;
  }

  #figures({ heading, status, words }: InspectorHost): TemplateResult {
    const { texts, formats } = words;
    const { facts } = texts;
    type Fact = [name: keyof typeof facts.names, value: string];
    const [device, latency] = [this.#device, this.#latency];
    const ms = (time: number): string => `${formats.fine(time)} ms`;
    const sized = (text: string, { count, bytes }: { count: number; bytes: number }): string =>
      fill(text, { count: formats.count(count), size: formats.bytes(bytes) });
    const learning = status.learning && status.consent !== 'denied';
    const waiting = facts.measuring;
    const profile = (report: DeviceReport): string =>
      fill(report.inMemory ? facts.inMemory : facts.onDevice, { size: formats.bytes(report.profile) });
    const plain: Fact[] = [
      ['consent', facts.consents[status.consent]],
      ['learning', learning ? facts.on : facts.off],
      ['list-median', latency ? ms(latency.median) : waiting],
      ['list-95', latency ? fill(facts.atMost, { value: ms(latency.p95) }) : waiting],
      ['list-longest', latency ? ms(latency.most) : waiting],
      ['profile', device ? profile(device) : waiting],
      ['stored', this.#stored === null ? facts.unknown : formats.bytes(this.#stored)],
      ['products', formats.count(status.items)],
      ['events', formats.count(status.events)],
      ['last-update', status.lastUpdate === null ? facts.notYet : formats.moment(status.lastUpdate)],
    ];
    const technical: Fact[] = [
      ['features', device ? formats.bytes(device.features) : waiting],
      ['heap', device ? (device.heap === null ? facts.unknown : formats.bytes(device.heap)) : waiting],
      ['log', device ? sized(facts.events, { count: device.log.events, bytes: device.log.bytes }) : waiting],
      ['loaded', device ? sized(facts.files, { count: device.loaded.files, bytes: device.loaded.bytes }) : waiting],
    ];
    const rows = (list: readonly Fact[]) => html`
      <dl part="facts" class="facts">
        ${list.map(([name, value]) => html`<div><dt>${facts.names[name]}</dt><dd data-fact=${name}>${value}</dd></div>`)}
      </dl>`;
    return html`
      ${heading(facts.heading)}
      <p class="note" data-backend>${backendWords(status.backend, words)}</p>
      ${rows(plain)}
      ${latency ? html`<p class="note">${fill(facts.latency, { count: formats.count(latency.lists) })}</p>` : nothing}
      <details><summary>${facts.technical}</summary>${rows(technical)}</details>`;
  }

  async #measure(host: InspectorHost): Promise<void> {
    if (this.#measuring) return;
    this.#measuring = true;
    try {
      this.#device = await host.recommender.status.inspect('device');
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

const LISTS = 20;

/** Requests lists one after another, and measures the time from the page's call to the answer. */
async function measureLatency(recommender: Recommender) {
  const times: number[] = [];
  for (let n = 0; n < LISTS; n++) {
    const start = performance.now();
    await recommender.recommend();
    times.push(performance.now() - start);
  }
  return latencyOf(times);
}

/** Quantiles by nearest rank. @param times at least one */
export function latencyOf(times: readonly number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { lists: times.length, median: quantile(0.5), p95: quantile(0.95), most: quantile(1) };
}
