import { html, nothing, type TemplateResult } from 'lit';
import type { ItemInspection, Recommendation } from '../../../../device/protocol';
import { figure } from '../charts/chart';
import type { Chart } from '../charts/plots';
import { partLabel, partWords, waterfallBars } from '../charts/waterfall';
import { picture } from '../picture';
import { listed, whyNothing } from '../wording';
import type { InspectorHost, View } from './view';

/** Products to choose from. */
const OFFERED = 12;
/** Number of parts that the sentence names. */
const NAMED = 2;

/** Why this? Explains any product of the list. */
export class WhyView implements View {
  #list: Recommendation[] = [];
  #chosen: string | null = null;
  #found: ItemInspection | null = null;
  #chart: Chart | null = null;
  #busy = false;

  async load(host: InspectorHost): Promise<void> {
    const { items } = await host.recommender.recommend({ limit: OFFERED, lang: 'en' });
    this.#list = items;
    await this.#inspect(host, this.#chosen ?? items[0]?.item.id ?? null);
  }

  /** Shows this product, whether it is in the list or not. */
  async choose(host: InspectorHost, id: string): Promise<void> {
    this.#busy = true;
    host.update();
    try {
      await this.#inspect(host, id);
    } catch (thrown) {
      host.fail(thrown);
    }
    this.#busy = false;
    host.update();
  }

  render(host: InspectorHost): TemplateResult {
    const { status } = host;
    const reason = whyNothing(status);
    if (this.#list.length === 0) return html`<p class="note">One moment.</p>`;
    const found = this.#found;
    return html`
      ${reason ? html`<p class="lead" data-lead>${reason}</p>` : nothing}
      ${host.heading('Choose a product of the list')}
      <ol part="choices" class="picker">
        ${this.#list.map(
          ({ item, position }) => html`
            <li>
              <button type="button" data-pick=${item.id} aria-pressed=${found?.item.id === item.id ? 'true' : 'false'} ?disabled=${this.#busy} @click=${() => this.choose(host, item.id)}>
                ${picture(item)}<span class="unseen">${position + 1}: ${item.title}</span>
              </button>
            </li>`,
        )}
      </ol>
      ${found ? this.#apart(host, found) : nothing}`;
  }

  #apart(host: InspectorHost, found: ItemInspection): TemplateResult {
    const { formats, heading, language } = host;
    const { item, items, parts, score } = found;
    return html`
      <div part="why" data-why=${item.id}>
        <p class="about-item">${picture(item)}<span><strong>${item.title}</strong><span class="about">${found.reason}</span></span></p>
        <p class="lead" data-why-words>${this.#words(host, found)}</p>
        ${
          this.#chart
            ? figure(
                'What makes up its score',
                this.#chart,
                {
                  head: ['It counts that it is …', 'Brings', 'Without it'],
                  rows: [
                    ...parts.map((part) => [
                      partLabel(part),
                      formats.signed(part.contribution),
                      placeText(host, found, part.place),
                    ]),
                    ['The score', formats.signed(score), placeText(host, found, found.place)],
                  ],
                },
                language,
                {
                  note: 'Products stand by their score, the highest first. Each bar begins where the one before it ends: red ones take from the score, the others add to it.',
                },
              )
            : nothing
        }
        ${
          items.length === 0
            ? nothing
            : html`
              ${heading('Past choices behind it')}
              <p class="note">The place that ${item.title} would have if you had not made that choice, and what the choice adds to its score. The tastes keep what they learned from it.</p>
              <ul part="behind" class="products">
                ${items.map(
                  ({ item: past, part, place }) => html`
                    <li data-behind=${past.id}>
                      ${picture(past)}<span class="what"><span class="name">${past.title}</span><span class="about">${place === null ? '' : `without it ${placeText(host, found, place)} · `}adds ${formats.signed(part)}</span></span>
                    </li>`,
                )}
              </ul>`
        }
      </div>`;
  }

  #words({ formats, status }: InspectorHost, { item, place, of, parts }: ItemInspection): string {
    const where =
      place === null
        ? `${item.title} is left out of this list: you looked at it recently, own it, or removed it.`
        : `${item.title} is ${formats.place(place)} of ${formats.count(of)} products.`;
    if (status.events === 0 || whyNothing(status)) return `${where} The order is the same for everybody.`;
    const most = parts.filter(({ contribution }) => contribution > 0).slice(0, NAMED);
    const [first] = most;
    if (!first) return where;
    const without =
      first.place === null || place === null || first.place === place
        ? ''
        : ` Without the first of these it would be ${formats.place(first.place)}.`;
    return `${where} What counts most: it is ${listed([...new Set(most.map(partWords))])}.${without}`;
  }

  async #inspect({ recommender }: InspectorHost, id: string | null): Promise<void> {
    this.#chosen = id;
    const found = id === null ? null : await recommender.inspect('item', id);
    // A later choice may have been faster.
    if (this.#chosen !== id) return;
    this.#found = found;
    this.#chart = found && { name: 'waterfall', data: { bars: waterfallBars(found) } };
  }
}

function placeText({ formats }: InspectorHost, found: ItemInspection, place: number | null): string {
  if (place === null) return '–';
  return place === found.place ? `still ${formats.place(place)}` : formats.place(place);
}
