import { html, nothing, svg, type TemplateResult } from 'lit';
import type { ExpertStatus } from '../../protocol';

/** What an expert is to the shopper. */
const NAMES: Record<ExpertStatus['state'], string> = {
  generalist: 'Everything that you chose',
  active: 'What you look for now',
  frozen: 'What you looked for before',
  candidate: 'Perhaps something new',
};
/** What that means, for those who know the terms of the field. */
const STATES: Record<ExpertStatus['state'], string> = {
  generalist: 'generalist, learns every choice',
  active: 'active, learns',
  frozen: 'frozen, kept as it was',
  candidate: 'candidate, on trial',
};

/** Size of a sparkline in its own units. */
const HEIGHT = 20;
const WIDTH = 100;

/**
 * The points of a line over the last choices, the newest at the right edge.
 * @param history values of 0 to 1, oldest first
 * @param longest choices that fill the width, at least as many as `history` has
 */
export function sparkline(history: readonly number[], longest: number): string {
  const step = WIDTH / Math.max(1, longest - 1);
  return history
    .map((value, n) => `${round(WIDTH - (history.length - 1 - n) * step)},${round(HEIGHT * (1 - value))}`)
    .join(' ');
}

const round = (value: number): number => Math.round(100 * value) / 100;

/** The shopper's experts, each with its share of the list, and how probable it was after the last choices. */
export function expertsChart(experts: readonly ExpertStatus[], language?: string): TemplateResult {
  const number = new Intl.NumberFormat(language);
  const percent = new Intl.NumberFormat(language, { style: 'percent' });
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const longest = Math.max(...experts.map(({ history }) => history.length), 2);
  const about = ({ state, born, choices }: ExpertStatus): string =>
    [
      STATES[state],
      ...(born === null ? [] : [`since ${date.format(born)}`]),
      `${number.format(choices)} ${choices === 1 ? 'choice' : 'choices'}`,
    ].join(' · ');
  return html`
    <ul part="experts" class="experts">
      ${experts.map(
        (expert) => html`
          <li data-expert=${expert.id} data-state=${expert.state}>
            <span class="name">${NAMES[expert.state]}</span>
            <span class="value">${percent.format(expert.share)} of the list</span>
            <span class="about">${about(expert)}</span>
            <span class="about value">fits at ${percent.format(expert.posterior)}</span>
            ${
              expert.history.length < 2
                ? nothing
                : html`
                  <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="track" width=${WIDTH} height=${HEIGHT} />
                    ${svg`<polyline class="line" points=${sparkline(expert.history, longest)} />`}
                  </svg>`
            }
          </li>`,
      )}
    </ul>`;
}
