import { html, nothing, svg, type TemplateResult } from 'lit';
import type { InspectedExpert, Inspection } from '../../../../device/protocol';
import { categoryBars, weightList } from '../charts/bars';
import { figure } from '../charts/chart';
import type { Chart } from '../charts/plots';
import { ON_TRIAL, shareSeries, sparkline } from '../charts/shares';
import { namedPicture, picture } from '../picture';
import { EXPERT_STATES, EXPERT_TERMS, expertName, NOTHING_LEARNED_TEXT, tasteSentence, whyNothing } from '../wording';
import type { InspectorHost, View } from './view';

const MAX_PICTURES = 8;
/** Colours of the experts; the generalist has the text colour. */
const COLORS = 6;
/** Rows of a table of figures. */
const MAX_ROWS = 40;

/** What did it learn? */
export class LearnedView implements View {
  #inspection: Inspection | null = null;
  #chart: Chart | null = null;

  async load({ recommender }: InspectorHost): Promise<void> {
    const inspection = await recommender.inspect('profile');
    this.#inspection = inspection;
    const { choices, experts } = inspection;
    const series = shareSeries(choices, experts).map((one) => ({
      ...one,
      color: `var(--_expert-${colorOf(one.key, experts)})`,
    }));
    this.#chart = choices.length > 1 && series.length > 1 ? { name: 'shares', data: { choices, series } } : null;
  }

  render(host: InspectorHost): TemplateResult {
    const inspection = this.#inspection;
    const { status, formats } = host;
    const reason = whyNothing(status);
    if (reason) return html`<p class="lead" data-lead>${reason}</p>`;
    if (!inspection) return html`<p class="note">One moment.</p>`;
    if (status.events === 0) return html`<p class="lead" data-lead>${NOTHING_LEARNED_TEXT}</p>`;
    const { products, categories, experts } = inspection;
    return html`
      <p class="lead" data-lead>${tasteSentence(inspection, status.events, formats)}</p>
      <p class="note">It happened here, in your browser: neither your choices nor the profile is sent to anybody.</p>
      ${
        products.length === 0
          ? nothing
          : html`
            ${host.heading('Products that shaped your list')}
            <p class="note">The past choices that put products into your list, and how much each of them counts in its first 20.</p>
            <ul part="products" class="products">
              ${products.map(
                ({ item, part }) => html`
                  <li data-product=${item.id}>${picture(item)}<span class="name">${item.title}</span><span class="value">${formats.percent(part)}</span></li>`,
              )}
            </ul>`
      }
      ${categories.length === 0 ? nothing : this.#categories(host, categories)}
      ${experts.length === 0 ? nothing : this.#experts(host, inspection)}
      ${this.#details(host)}`;
  }

  #categories({ heading, formats }: InspectorHost, categories: Inspection['categories']): TemplateResult {
    return html`
      ${heading('Categories that shaped it')}
      <p class="note">Their share of your latest choices. The mark on each bar is their share of the shop’s products, which choosing at random would give.</p>
      ${categoryBars(categories, formats.percent)}`;
  }

  #experts(host: InspectorHost, { experts, choices }: Inspection): TemplateResult {
    const { formats, heading, language } = host;
    return html`
      ${heading('Tastes that it keeps separate')}
      <p class="note">
        Each taste is learned separately, so a new one does not erase an earlier one. The model of one taste is called an expert. The
        better an expert predicted your choices, the more weight it has in your list.
      </p>
      ${
        this.#chart?.name === 'shares'
          ? figure(
              'The weight of each in your list, choice by choice',
              this.#chart,
              this.#figures(host, this.#chart),
              language,
              { legend: this.#legend(this.#chart, experts) },
            )
          : nothing
      }
      <ul part="experts" class="experts">
        ${experts.map((expert) => this.#expert(expert, formats, choices, experts))}
      </ul>`;
  }

  #figures({ formats }: InspectorHost, { data }: Extract<Chart, { name: 'shares' }>) {
    const { choices, series } = data;
    return {
      head: ['Choice', ...series.map(({ key }) => (key === ON_TRIAL ? 'On trial' : `Expert ${key}`))],
      rows: choices
        .map(({ at }, n) => [formats.count(at), ...series.map(({ values }) => formats.percent(values[n] ?? 0))])
        .slice(-MAX_ROWS)
        .toReversed(),
    };
  }

  #legend({ data }: Extract<Chart, { name: 'shares' }>, experts: Inspection['experts']) {
    return data.series.map(({ key }) => {
      const expert = experts.find(({ id }) => `${id}` === key);
      return {
        name: expert ? `${expertName(expert)} (expert ${key})` : 'On trial',
        color: colorOf(key, experts),
      };
    });
  }

  #expert(
    { id, state, born, removed, choices, share, from }: InspectedExpert,
    formats: InspectorHost['formats'],
    all: Inspection['choices'],
    experts: Inspection['experts'],
  ): TemplateResult {
    const values = all.map(({ shares }) => shares.find(([one]) => one === id)?.[1] ?? 0);
    const when = [
      ...(born === null ? [] : [`since ${formats.day(born)}`]),
      ...(removed === null ? [] : [`until ${formats.day(removed)}`]),
      ...(choices === 0 ? [] : [formats.choices(choices)]),
    ].join(' · ');
    return html`
      <li data-expert=${id} data-state=${state} data-color=${colorOf(`${id}`, experts)}>
        <p class="title"><span class="dot" aria-hidden="true"></span><span class="name">${expertName({ state, from })}</span><span class="badge">${EXPERT_STATES[state]}</span></p>
        <p class="about">${when}</p>
        ${
          state === 'removed'
            ? nothing
            : html`<p class="about"><strong>${formats.percent(share)}</strong> of the say in your list</p>`
        }
        ${
          values.length < 2 || values.every((value) => value === 0)
            ? nothing
            : html`
              <svg class="line-chart" viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
                <rect class="track" width="100" height="20" />
                ${svg`<polyline class="line" points=${sparkline(values)} />`}
              </svg>`
        }
        ${
          from.length === 0
            ? html`<p class="about">No choice of its own yet.</p>`
            : html`
              <p class="about">Learned from</p>
              <ul class="pictures">${from.slice(0, MAX_PICTURES).map(({ item }) => namedPicture(item))}</ul>`
        }
        <p class="about term">expert ${id}: ${EXPERT_TERMS[state]}</p>
      </li>`;
  }

  #details({ status }: InspectorHost): TemplateResult {
    return html`
      <details class="more">
        <summary>Weights of the score (figures)</summary>
        <p class="note">How much it counts that a product is …, learned click by click.</p>
        ${weightList(status.weights)}
      </details>`;
  }
}

/** Colour name of an expert, the same in its card and in the chart. */
function colorOf(key: string, experts: readonly InspectedExpert[]): string {
  const state = experts.find(({ id }) => `${id}` === key)?.state ?? 'candidate';
  if (state === 'generalist') return 'all';
  if (state === 'candidate') return 'trial';
  const others = experts.filter((expert) => expert.state !== 'generalist' && expert.state !== 'candidate');
  const place = others
    .map(({ id }) => id)
    .toSorted((a, b) => a - b)
    .indexOf(Number(key));
  return `${place % COLORS}`;
}
