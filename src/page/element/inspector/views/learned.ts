import { html, nothing, type TemplateResult } from 'lit';
import { fill } from '../../../../core/labels';
import type { Inspection, Status } from '../../../../device/protocol';
import { picture } from '../../picture';
import { adapterBars, categoryBars, weightList } from '../charts/bars';
import { figure, ownColor } from '../charts/chart';
import { DROPPED, ON_TRIAL, shareSeries } from '../charts/chart-data';
import type { Chart } from '../charts/plots';
import { colorOf, type NamedExpert, namedExperts } from '../experts';
import { type Words, whyNothing } from '../words';
import { type InspectorHost, lead, MAX_ROWS, type View } from './view';

/** Number of choices that count as the last ones. */
const LATELY = 8;
const NAMED = 3;

export class LearnedView implements View {
  #inspection: Inspection | null = null;
  #chart: Chart<'shares'> | null = null;

  async load({ recommender }: InspectorHost): Promise<void> {
    const inspection = await recommender.status.inspect('profile');
    this.#inspection = inspection;
    const { choices, experts } = inspection;
    const series = shareSeries(choices, experts).map((one) => ({ ...one, color: seriesColor(one.key, experts) }));
    this.#chart = choices.length > 1 && series.length > 1 ? { name: 'shares', data: { choices, series } } : null;
  }

  render(host: InspectorHost): TemplateResult {
    const inspection = this.#inspection;
    const { status, words } = host;
    const { texts, formats } = words;
    const reason = whyNothing(status, texts);
    if (reason) return lead(reason);
    if (!inspection) return html`<p class="note">${texts.moment}</p>`;
    if (status.events === 0) return lead(texts.nothing);
    const { products, categories, adapters, experts } = inspection;
    return html`
      ${lead(this.#sentence(host, inspection))}
      <p class="note">${texts.learned.here}</p>
      ${
        products.length === 0
          ? nothing
          : html`
            ${host.heading(texts.learned.products)}
            <p class="note">${texts.learned.productsNote}</p>
            <ul part="products" class="products">
              ${products.map(
                ({ item, part }) => html`
                  <li data-product=${item.id}>${picture(item)}<span class="name">${item.title}</span><span class="value">${formats.percent(part)}</span></li>`,
              )}
            </ul>`
      }
      ${
        categories.length === 0
          ? nothing
          : html`
            ${host.heading(texts.learned.categories)}
            ${categoryBars(categories, Math.min(LATELY, status.events), words)}`
      }
      ${
        adapters.length === 0
          ? nothing
          : html`
            ${host.heading(texts.learned.adapters)}
            <p class="note">${texts.learned.adaptersNote}</p>
            ${adapterBars(adapters, words)}`
      }
      ${experts.length === 0 ? nothing : this.#experts(host, inspection, status)}
      <details class="more">
        <summary>${texts.learned.scoreWeights}</summary>
        <p class="note">${texts.learned.scoreWeightsNote}</p>
        ${weightList(status.weights, words)}
      </details>`;
  }

  /** How much was learned, since when, and what the shopper chose lately. */
  #sentence({ status, words }: InspectorHost, { choices, categories }: Inspection): string {
    const { texts, formats, counted } = words;
    const [first] = choices;
    const most = categories.slice(0, NAMED).map(({ name, share }) => {
      const leaf = name.split('/').at(-1) ?? name;
      return status.events === 1 ? leaf : `${leaf} (${formats.percent(share)})`;
    });
    return words.joined([
      counted(texts.learned.choices, status.events),
      ...(first?.at === 1 ? [fill(texts.learned.since, { day: formats.day(first.time) })] : []),
      ...(most.length === 0
        ? []
        : [counted(texts.learned.lately, Math.min(LATELY, status.events), { categories: formats.listed(most) })]),
    ]);
  }

  #experts(host: InspectorHost, inspection: Inspection, { severalExperts }: Status): TemplateResult {
    const { heading, words } = host;
    const { texts } = words;
    const kept = namedExperts(inspection.experts, words);
    return html`
      ${heading(texts.learned.experts)}
      <p class="note">${texts.learned.expertsNote}</p>
      ${kept.length > 1 ? nothing : html`<p class="note" data-none-kept>${severalExperts ? texts.learned.noneKept : texts.learned.oneOnly}</p>`}
      ${this.#chart ? this.#shares(this.#chart, kept, words) : nothing}
      <ul part="experts" class="experts">
        ${kept.map((expert) => this.#expert(host, expert, inspection))}
      </ul>`;
  }

  #shares(chart: Chart<'shares'>, kept: NamedExpert[], words: Words): TemplateResult {
    const { choices, series } = chart.data;
    const { texts, formats } = words;
    const legend = series.map(({ key, color }) => ({ name: seriesName(key, kept, words), color }));
    const rows = choices
      .map(({ at }, n) => [formats.count(at), ...series.map(({ values }) => formats.percent(values[n] ?? 0))])
      .slice(-MAX_ROWS)
      .toReversed();
    const head = [texts.choice, ...legend.map(({ name }) => name)];
    return figure(chart, words, { title: texts.learned.weights, head, rows, legend });
  }

  #expert(host: InspectorHost, expert: NamedExpert, { experts }: Inspection): TemplateResult {
    const { texts, formats, counted } = host.words;
    const { id, state, born, choices, share, shown, title } = expert;
    const { learned } = texts;
    const when = [
      ...(born === null ? [] : [fill(learned.from, { day: formats.day(born) })]),
      ...(choices === 0 ? [] : [counted(learned.learned, choices)]),
    ].join(' · ');
    const [before, after] = learned.say.split('{share}');
    return html`
      <li data-expert=${id} data-state=${state} .style=${ownColor(colorOf(id, experts))}>
        <p class="title"><span class="dot" aria-hidden="true"></span><span class="name">${title}</span><span class="badge">${learned.states[state]}</span></p>
        <p class="about">${when}</p>
        <p class="about">${before}<strong>${formats.percent(share)}</strong>${after}</p>
        ${
          shown.length === 0
            ? html`<p class="about">${learned.nothingOwn}</p>`
            : html`
              <p class="about">${learned.last}</p>
              <ul class="pictures">${shown.map((item) => html`<li class="named" title=${item.title}>${picture(item)}<span class="sidestream-unseen">${item.title}</span></li>`)}</ul>`
        }
        <p class="about term">${fill(learned.terms[state], { id: `${id}` })}</p>
      </li>`;
  }
}

const seriesColor = (key: string, experts: Inspection['experts']): string =>
  key === ON_TRIAL || key === DROPPED ? key : colorOf(Number(key), experts);

function seriesName(key: string, experts: readonly NamedExpert[], { texts }: Words): string {
  if (key === ON_TRIAL) return texts.learned.trials;
  return experts.find(({ id }) => `${id}` === key)?.title ?? texts.learned.dropped;
}
