import { html, nothing, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import type { ExpertView, Frame } from './frame';
import { CHAPTERS, CHOICES } from './script';
import { LIST_LENGTH } from './scripted-visit';
import { chapterTitles, low, nameText } from './words';

const WIDTH = 600;
const HEIGHT = 120;

/** Where a choice lies: the whole script fits, and what is chosen by hand after it, too. */
const scaleOf = (frames: readonly Frame[]) => {
  const last = Math.max(CHOICES, frames.length - 1);
  return (choice: number): number => (WIDTH * choice) / last;
};

/** Stretches of the script, as stripes behind a chart. */
function stripes(x: (choice: number) => number): SVGTemplateResult[] {
  let [from, to] = [0, 0];
  return CHAPTERS.map(({ choices, taste }) => {
    [from, to] = [to, to + choices];
    const [start, end] = [x(from), x(to)];
    return svg`<rect class="stripe taste-${taste}" x=${start} y="0" width=${end - start} height=${HEIGHT} />`;
  });
}

const points = (places: readonly (readonly [number, number])[]): string =>
  places.map(([left, top]) => `${left.toFixed(1)},${top.toFixed(1)}`).join(' ');

/** How many products of each taste the list has, over the choices. */
export function tasteChart(frames: readonly Frame[], tastes: readonly [string, string]): TemplateResult {
  const x = scaleOf(frames);
  const y = (count: number): number => HEIGHT - 6 - ((HEIGHT - 12) * count) / LIST_LENGTH;
  const line = (taste: 0 | 1): SVGTemplateResult => {
    const places = frames.map(({ choice, counts }) => [x(choice), y(counts[taste])] as const);
    const [left, top] = places.at(-1) ?? [0, HEIGHT];
    return svg`
      <polyline class="line taste-${taste}" points=${points(places)} />
      <path class="dot taste-${taste}" d="M${left.toFixed(1)},${top.toFixed(1)}h0.01" />`;
  };
  const now = frames.at(-1)?.counts ?? [0, 0];
  const spoken = ([0, 1] as const).map(
    (taste) => `${tastes[taste]}: ${frames.map(({ counts }) => counts[taste]).join(', ')}`,
  );
  return html`
    <figure class="chart">
      <figcaption>
        <span class="chart-title">Products in the list of ${LIST_LENGTH}, choice by choice</span>
        ${([0, 1] as const).map(
          (taste) =>
            html`<span class="key taste-${taste}"><i aria-hidden="true"></i>${tastes[taste]} <b>${now[taste]}</b></span>`,
        )}
      </figcaption>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="After each choice, of ${LIST_LENGTH}. ${spoken.join('. ')}.">
        ${stripes(x)} ${line(1)} ${line(0)}
      </svg>
      ${chapterLabels(tastes, frames)}
    </figure>`;
}

/** The chapters under a chart, each as wide as its stripe. */
function chapterLabels(tastes: readonly [string, string], frames: readonly Frame[]): TemplateResult {
  const last = Math.max(CHOICES, frames.length - 1);
  const widths = CHAPTERS.map(({ choices }) => `${choices}fr`).join(' ');
  const rest = last > CHOICES ? ` ${last - CHOICES}fr` : '';
  return html`
    <p class="chart-chapters" aria-hidden="true" style="grid-template-columns: ${widths}${rest}">
      ${CHAPTERS.map(({ taste }) => html`<span>${low(tastes[taste])}</span>`)}
    </p>`;
}

/** Ids of the experts that were kept, in the order of their numbers; candidates count together. */
const keptIds = (frames: readonly Frame[]): number[] => [
  ...new Set(frames.flatMap(({ experts }) => experts.filter(({ state }) => state !== 'candidate').map(({ id }) => id))),
];

/** The class that colours an expert: that of the taste which it is about. */
export function colorOf({ state, about }: Pick<ExpertView, 'state' | 'about'>, tastes: readonly string[]): string {
  if (state === 'generalist') return 'expert-all';
  if (state === 'candidate') return 'expert-trial';
  const taste = tastes.indexOf(about ?? '');
  return taste < 0 ? 'expert-other' : `taste-${taste}`;
}

/** The share of each expert in the list over the choices, one above the other. */
export function expertChart(frames: readonly Frame[], tastes: readonly [string, string]): TemplateResult {
  const x = scaleOf(frames);
  const ids = keptIds(frames);
  const shareOf = ({ experts }: Frame, id: number | null): number =>
    experts
      .filter((expert) =>
        id === null ? expert.state === 'candidate' : expert.state !== 'candidate' && expert.id === id,
      )
      .reduce((sum, { share }) => sum + share, 0);
  let below = frames.map(() => 0);
  const bands = [...ids, null].map((id) => {
    const above = frames.map((frame, at) => (below[at] ?? 0) + shareOf(frame, id));
    const edge = (shares: number[]) =>
      frames.map(({ choice }, at) => [x(choice), HEIGHT * (1 - Math.min(1, shares[at] ?? 0))] as const);
    const outline = points([...edge(above), ...edge(below).reverse()]);
    below = above;
    const latest = frames.findLast(({ experts }) =>
      experts.some((expert) => expert.id === id && expert.state !== 'candidate'),
    );
    const expert = latest?.experts.find((one) => one.id === id);
    return svg`<polygon class="band ${expert ? colorOf(expert, tastes) : 'expert-trial'}" points=${outline} />`;
  });
  const now = frames.at(-1)?.experts.map((expert) => `${nameText(expert)} ${percent(expert.share)}`) ?? [];
  return html`
    <figure class="chart">
      <figcaption><span class="chart-title">Whom the list listens to: shares of the experts, choice by choice</span></figcaption>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="Shares now: ${now.join(', ')}.">${bands}</svg>
      ${chapterLabels(tastes, frames)}
    </figure>`;
}

export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Every choice with its figures. */
export function figures(frames: readonly Frame[], tastes: readonly [string, string]): TemplateResult {
  const titles = chapterTitles(tastes);
  return html`
    <div class="figures" role="region" aria-label="Figures of every choice" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Choice</th>
            <th scope="col">Product</th>
            <th scope="col">Found</th>
            <th scope="col">${tastes[0]}</th>
            <th scope="col">${tastes[1]}</th>
            <th scope="col">Shares of the experts</th>
            <th scope="col">ms</th>
          </tr>
        </thead>
        <tbody data-testid="watch-figures">
          ${frames.map(
            ({ choice, chapter, chosen, position, counts, experts, duration }) => html`
              <tr title=${(chapter === null ? undefined : titles[chapter]) ?? nothing}>
                <th scope="row">${choice}</th>
                <td>${chosen?.title ?? '–'}</td>
                <td>${chosen ? (position === null ? 'shelf' : `list, ${position + 1}`) : '–'}</td>
                <td>${counts[0]}</td>
                <td>${counts[1]}</td>
                <td>
                  ${
                    experts
                      .filter(({ share }) => share >= 0.005)
                      .map(
                        (expert) =>
                          `${nameText(expert)}${expert.state === 'candidate' ? ' (on trial)' : ''} ${percent(expert.share)}`,
                      )
                      .join(', ') || '–'
                  }
                </td>
                <td>${Math.round(duration)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
