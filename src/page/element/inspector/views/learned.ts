import { html, nothing, type TemplateResult } from 'lit';
import { fill } from '../../../../core/labels';
import type { Inspection } from '../../../../device/protocol';
import { picture } from '../../image';
import { type NamedExpert, namedExperts } from '../experts';
import { whyNothing } from '../words';
import { type InspectorHost, lead, type View } from './view';

/** Number of choices that count as the last ones. */
const LATELY = 8;
const NAMED = 3;

export class LearnedView implements View {
  #inspection: Inspection | null = null;

  async load({ recommender }: InspectorHost): Promise<void> {
    this.#inspection = await recommender.status.inspect('profile');
  }

  render(host: InspectorHost): TemplateResult {
    const inspection = this.#inspection;
    const { status, words } = host;
    const { texts, formats } = words;
    const { learned } = texts;
    const reason = whyNothing(status, texts);
    if (reason) return lead(reason);
    if (!inspection) return html`<p class="note">${texts.waiting}</p>`;
    if (status.events === 0) return lead(texts.nothing);
    const { products, experts } = inspection;
    return html`
      ${lead(this.#sentence(host, inspection))}
      <p class="note">${learned.here}</p>
      ${
        products.length === 0
          ? nothing
          : html`
            ${host.heading(learned.products)}
            <p class="note">${learned.productsNote}</p>
            <ul part="products" class="products">
              ${products.map(
                ({ item, part }) => html`
                  <li data-product=${item.id}>${picture(item)}<span class="name">${item.title}</span><span class="value">${formats.percent(part)}</span></li>`,
              )}
            </ul>`
      }
      ${
        experts.length === 0
          ? nothing
          : html`
            ${host.heading(learned.experts)}
            <p class="note">${learned.expertsNote}</p>
            <ul part="experts" class="experts">
              ${namedExperts(experts, words).map((expert) => this.#expert(host, expert))}
            </ul>`
      }`;
  }

  /** How much was learned, and what the shopper chose lately. */
  #sentence({ status, words }: InspectorHost, { categories }: Inspection): string {
    const { texts, formats, counted } = words;
    const most = categories.slice(0, NAMED).map(({ name, share }) => {
      const leaf = name.split('/').at(-1) ?? name;
      return status.events === 1 ? leaf : `${leaf} (${formats.percent(share)})`;
    });
    return words.joined([
      counted(texts.learned.choices, status.events),
      ...(most.length === 0
        ? []
        : [counted(texts.learned.lately, Math.min(LATELY, status.events), { categories: formats.listed(most) })]),
    ]);
  }

  #expert(host: InspectorHost, expert: NamedExpert): TemplateResult {
    const { texts, formats, counted } = host.words;
    const { id, state, born, choices, share, shown, title } = expert;
    const { learned } = texts;
    const when = [
      ...(born === null ? [] : [fill(learned.from, { day: formats.day(born) })]),
      ...(choices === 0 ? [] : [counted(learned.learned, choices)]),
    ].join(' · ');
    const [before, after] = learned.say.split('{share}');
    return html`
      <li data-expert=${id} data-state=${state}>
        <p class="title"><span class="name">${title}</span><span class="badge">${learned.states[state]}</span></p>
        <p class="about">${when}</p>
        <p class="about">${before}<strong>${formats.percent(share)}</strong>${after}</p>
        ${
          shown.length === 0
            ? html`<p class="about">${learned.nothingOwn}</p>`
            : html`
              <p class="about">${learned.last}</p>
              <ul class="pictures">${shown.map((item) => html`<li class="named" title=${item.title}>${picture(item)}<span class="sidestream-unseen">${item.title}</span></li>`)}</ul>`
        }
      </li>`;
  }
}
