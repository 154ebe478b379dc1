import { html, nothing, type TemplateResult } from 'lit';
import { fill } from '../../../../core/labels';
import type { Inspection, ItemInspection, Recommendation } from '../../../../device/protocol';
import { picture } from '../../image';
import { namedExperts } from '../experts';
import { whyNothing } from '../words';
import { type NamedPart, namedParts, scoreBars, withoutText } from './score-parts';
import { type InspectorHost, lead, type View } from './view';

const OFFERED = 12;
/** Number of parts that the sentence names. */
const NAMED = 2;

/** Why this? Explains any product of the list. */
export class WhyView implements View {
  #list: Recommendation[] = [];
  #experts: Inspection['experts'] = [];
  #chosen: string | null = null;
  #found: ItemInspection | null = null;

  async load(host: InspectorHost): Promise<void> {
    const [{ items }, { experts }] = await Promise.all([
      host.recommender.recommend({ limit: OFFERED }),
      host.recommender.status.inspect('profile'),
    ]);
    this.#list = items;
    this.#experts = experts;
    await this.#inspect(host, this.#chosen ?? items[0]?.item.id ?? null);
  }

  /** Shows this product, whether it is in the list or not. */
  choose(host: InspectorHost, id: string): Promise<void> {
    return host.run(() => this.#inspect(host, id));
  }

  render(host: InspectorHost): TemplateResult {
    const { status, words } = host;
    const { texts } = words;
    const reason = whyNothing(status, texts);
    if (this.#list.length === 0) return html`<p class="note">${texts.waiting}</p>`;
    const found = this.#found;
    return html`
      ${reason ? lead(reason) : nothing}
      ${host.heading(texts.why.choose)}
      <ol part="choices" class="picker">
        ${this.#list.map(
          ({ item, position }) => html`
            <li>
              <button type="button" data-pick=${item.id} aria-pressed=${found?.item.id === item.id ? 'true' : 'false'} ?disabled=${host.busy} @click=${() => this.choose(host, item.id)}>
                ${picture(item)}<span class="sidestream-unseen">${position + 1}: ${item.title}</span>
              </button>
            </li>`,
        )}
      </ol>
      ${found ? this.#explained(host, found) : nothing}`;
  }

  #explained(host: InspectorHost, found: ItemInspection): TemplateResult {
    const { heading, words } = host;
    const { texts, formats } = words;
    const { why } = texts;
    const { item, items } = found;
    const parts = namedParts(found.parts, namedExperts(this.#experts, words), words);
    return html`
      <div part="why" data-why=${item.id}>
        <p class="about-item">${picture(item)}<span><strong>${item.title}</strong><span class="about">${found.reason}</span></span></p>
        <p class="lead" data-why-words>${this.#sentence(host, found, parts)}</p>
        ${heading(why.chart)}
        <p class="note">${why.chartNote}</p>
        <ul part="score" class="bars">
          ${scoreBars(parts, found, words).map(
            ({ name, about, start, width, less, value }) => html`
              <li data-bar=${name}>
                <span class="what"><span class="name">${name}</span>${about ? html`<span class="about">${about}</span>` : nothing}</span>
                <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                  <rect class="track" width="100" height="8" />
                  <rect class=${less ? 'less' : 'more'} x=${start} width=${width} height="8" />
                </svg>
                <span class="value">${value}</span>
              </li>`,
          )}
        </ul>
        ${
          items.length === 0
            ? nothing
            : html`
              ${heading(why.behind)}
              <p class="note">${fill(why.behindNote, { title: item.title })}</p>
              <ul part="behind" class="products">
                ${items.map(({ item: past, part, place }) => {
                  const about = [
                    withoutText(words, found.place, place) ?? [],
                    fill(why.adds, { score: formats.signed(part) }),
                  ].flat();
                  return html`
                    <li data-behind=${past.id}>
                      ${picture(past)}<span class="what"><span class="name">${past.title}</span><span class="about">${about.join(' · ')}</span></span>
                    </li>`;
                })}
              </ul>`
        }
      </div>`;
  }

  #sentence(
    { words, status }: InspectorHost,
    { item, place, of }: ItemInspection,
    parts: readonly NamedPart[],
  ): string {
    const { texts, formats } = words;
    const { why } = texts;
    const { title } = item;
    const where =
      place === null
        ? fill(why.absent, { title })
        : fill(why.place, { title, place: formats.place(place), of: formats.count(of) });
    if (status.events === 0 || whyNothing(status, texts)) return words.joined([where, why.same]);
    const most = parts.filter(({ contribution }) => contribution > 0).slice(0, NAMED);
    const [first] = most;
    if (!first) return where;
    const counts = fill(why.most, { parts: formats.listed(most.map(({ label }) => label)) });
    return first.place === null || place === null || first.place === place
      ? words.joined([where, counts])
      : words.joined([where, counts, fill(why.without, { place: formats.place(first.place) })]);
  }

  async #inspect({ recommender }: InspectorHost, id: string | null): Promise<void> {
    this.#chosen = id;
    const found = id === null ? null : await recommender.status.inspect('item', id);
    // A later choice may have been faster.
    if (this.#chosen === id) this.#found = found;
  }
}
