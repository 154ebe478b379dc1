import { html, nothing, type TemplateResult } from 'lit';
import { fill } from '../../../../core/labels';
import type { DeviceReport, Inspection, ListComparison } from '../../../../device/protocol';
import { picture } from '../../image';
import { whyNothing } from '../words';
import { Controls } from './controls';
import { type InspectorHost, lead, type View } from './view';

/** Minimum number of choices for a statement about the ranks. */
const MIN_CHOICES = 5;
/** Number of choices from which a statement is no longer too early. */
const ENOUGH_CHOICES = 20;

/** The data of the view. */
interface Data {
  lists: ListComparison;
  inspection: Inspection;
  device: DeviceReport;
  /** Storage used by all pages of this site, bytes; null if the browser does not report it. */
  stored: number | null;
}

export class HelpsView implements View {
  #data: Data | null = null;
  readonly #controls = new Controls();

  async load({ recommender }: InspectorHost): Promise<void> {
    const [lists, inspection, device, estimate] = await Promise.all([
      recommender.status.inspect('lists'),
      recommender.status.inspect('profile'),
      recommender.status.inspect('device'),
      navigator.storage?.estimate(),
    ]);
    this.#data = { lists, inspection, device, stored: estimate?.usage ?? null };
  }

  render(host: InspectorHost): TemplateResult {
    const { status, words } = host;
    const reason = whyNothing(status, words.texts);
    const data = this.#data;
    return html`
      ${reason ? lead(reason) : nothing}
      ${
        data
          ? html`
            ${reason ? nothing : lead(this.#verdict(host, data.inspection))}
            ${reason || status.events === 0 ? nothing : this.#because(host, data.lists)}
            ${this.#facts(host, data)}`
          : nothing
      }
      ${this.#controls.render(host)}`;
  }

  #verdict({ status, words }: InspectorHost, { record, choices }: Inspection): string {
    const { texts, formats } = words;
    const { helps } = texts;
    if (!record.mean || record.choices < MIN_CHOICES) {
      if (status.events === 0) return helps.nothing;
      return choices.length > ENOUGH_CHOICES
        ? helps.repeats
        : fill(helps.tooEarly, { count: formats.count(MIN_CHOICES) });
    }
    const { own, popularity } = record.mean;
    const place = (mean: number): string => formats.place(Math.round(mean));
    return fill(helps.stood, { own: place(own), popularity: place(popularity) });
  }

  /** The first products that another shopper would not see there. */
  #because({ heading, words }: InspectorHost, { own, without }: ListComparison): TemplateResult {
    const { texts, formats } = words;
    const { helps } = texts;
    const others = new Set(without.map(({ item }) => item.id));
    const mine = own.filter(({ item }) => !others.has(item.id));
    const because = fill(helps.because, { count: formats.count(mine.length), of: formats.count(own.length) });
    return html`
      ${heading(helps.lists)}
      <p class="note">${mine.length === 0 ? helps.same : because}</p>
      <ul part="lists" class="products">
        ${mine.map(({ item }) => html`<li data-item=${item.id}>${picture(item)}<span class="name">${item.title}</span></li>`)}
      </ul>`;
  }

  #facts({ heading, status, words }: InspectorHost, { device, stored }: Data): TemplateResult {
    const { texts, formats } = words;
    const { facts } = texts;
    const learning = status.learning && status.consent !== 'denied';
    type Fact = [name: keyof typeof facts.names, value: string];
    const rows: Fact[] = [
      ['consent', facts.consents[status.consent]],
      ['learning', learning ? facts.on : facts.off],
      ['profile', fill(device.inMemory ? facts.inMemory : facts.onDevice, { size: formats.bytes(device.profile) })],
      ...(stored === null ? [] : [['stored', formats.bytes(stored)] satisfies Fact]),
      ['products', formats.count(status.items)],
      ['events', formats.count(status.events)],
      ...(status.lastUpdate === null ? [] : [['last-update', formats.moment(status.lastUpdate)] satisfies Fact]),
    ];
    return html`
      ${heading(facts.heading)}
      <dl part="facts" class="facts">
        ${rows.map(([name, value]) => html`<div><dt>${facts.names[name]}</dt><dd data-fact=${name}>${value}</dd></div>`)}
      </dl>`;
  }
}
