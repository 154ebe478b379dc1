import { html, type TemplateResult } from 'lit';
import { chartFigure, table } from '../charts/shop-chart';
import type { ExpertView, Frame } from './frame';
import { CHAPTERS } from './script';
import { LIST_LENGTH } from './scripted-visit';
import { chapterTitles, low, nameText } from './words';

function chaptersOf(tastes: readonly [string, string]) {
  let to = 0;
  return CHAPTERS.map(({ choices, taste }) => {
    const from = to;
    to += choices;
    return { from, to, taste, name: low(tastes[taste]) };
  });
}

/** Number of products of each taste in the list, over the choices. */
export function tasteChart(frames: readonly Frame[], tastes: readonly [string, string]): TemplateResult {
  const counts = frames.map((frame) => frame.counts);
  const spoken = ([0, 1] as const).map((taste) => `${tastes[taste]}: ${counts.map((one) => one[taste]).join(', ')}`);
  return chartFigure(
    html`<h3>Products in the list of ${LIST_LENGTH}, choice by choice</h3>`,
    `After each choice, of ${LIST_LENGTH}. ${spoken.join('. ')}.`,
    { kind: 'tastes', most: LIST_LENGTH, counts, chapters: chaptersOf(tastes) },
    ([0, 1] as const).map((taste) => ({
      name: tastes[taste],
      color: `var(--taste-${taste})`,
      dashes: taste === 0 ? undefined : '7 4',
      value: counts.at(-1)?.[taste] ?? 0,
    })),
  );
}

/** The color of an expert by its taste, as the style sheet names it. */
export function colorOf({ state, about }: Pick<ExpertView, 'state' | 'about'>, tastes: readonly string[]): string {
  if (state === 'generalist') return 'expert-all';
  if (state === 'candidate') return 'expert-trial';
  const taste = tastes.indexOf(about ?? '');
  return taste < 0 ? 'expert-other' : `taste-${taste}`;
}

export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Every choice with its figures. */
export function figures(frames: readonly Frame[], tastes: readonly [string, string]): TemplateResult {
  const titles = chapterTitles(tastes);
  const sharesOf = (experts: readonly ExpertView[]): string =>
    experts
      .filter(({ share }) => share >= 0.005)
      .map((one) => `${nameText(one)}${one.state === 'candidate' ? ' (on trial)' : ''} ${percent(one.share)}`)
      .join(', ');
  return table(
    'Figures of every choice',
    ['Choice', 'Product', 'Found', ...tastes, 'Shares of the experts', 'ms', 'Chapter'],
    frames.map(({ choice, chapter, chosen, position, counts, experts, duration }) => [
      choice,
      chosen?.title ?? '–',
      chosen ? (position === null ? 'shelf' : `list, ${position + 1}`) : '–',
      ...counts,
      sharesOf(experts) || '–',
      Math.round(duration),
      (chapter === null ? undefined : titles[chapter]) ?? '–',
    ]),
    'watch-figures',
  );
}
