import type { Table } from '../evaluate/page/html';
import { markdownTable } from '../evaluate/report-cells';
import { ROUND_FIGURE_NAMES, ROUND_FIGURES } from './closed-loop';
import { FIGURES, type FigureName, type FigureUnit, type FigureWords, intervalText, NONE } from './figures';
import { answerText, questionAnswers } from './questions';
import type { Simulation } from './result';

/** The configurations in words. */
export const SHOPS: Readonly<Record<string, string>> = {
  random: 'another order in each list',
  popularity: 'the most chosen items, the same for everybody',
  content: 'items like the last ten choices; nothing is learned',
  terms: 'the learner without experts: it learns only the weights of the terms',
  sidestream: 'the learner as in a shop',
  oracle: 'ranks by the true wishes of the shopper, as no shop can: the maximum possible gain',
};

export const titleOf = ({ title, unit }: { title: string; unit: FigureUnit }): string =>
  ({ percent: `${title}, %`, bits: `${title}, bits`, choices: title, number: title })[unit];

export const shownFigures = ({ configurations }: Simulation): FigureName[] =>
  (Object.keys(FIGURES) as FigureName[]).filter((name) =>
    configurations.some(({ figures }) => !Number.isNaN(figures[name].mean)),
  );

/** A figure's title for its change: changes of percentages are in points. */
const changeTitleOf = ({ title, unit }: { title: string; unit: FigureUnit }): string =>
  unit === 'percent' ? `${title}, points` : titleOf({ title, unit });

/** The meaning of the sign next to each table: the other protocols print one standard error after it. */
export const ERRORS = '± is half of a 95 % interval, about two standard errors.';

/** Why some configurations lack a figure; empty if all have it. */
export function absenceOf({ configurations }: Simulation, name: FigureName): string | undefined {
  const { absent = 'it applied to no shopper' }: FigureWords = FIGURES[name];
  const without = configurations.filter(({ figures }) => Number.isNaN(figures[name].mean));
  if (without.length === 0) return undefined;
  const names = new Intl.ListFormat('en-GB').format(without.map((one) => one.name));
  return `${names} ${without.length === 1 ? 'has' : 'have'} no value (${NONE}), because ${absent}.`;
}

/** The same for all figures shown. */
const absences = (simulation: Simulation): string[] =>
  shownFigures(simulation).flatMap((name) => {
    const absence = absenceOf(simulation, name);
    return absence === undefined ? [] : [`${FIGURES[name].title}: ${absence}`];
  });

/** All figures, and the changes against the other configurations if the learner is among them. */
export function figureTables(simulation: Simulation): Table[] {
  const { configurations, comparison } = simulation;
  const names = shownFigures(simulation);
  const figures = names.map((name) => [
    titleOf(FIGURES[name]),
    ...configurations.map((one) => intervalText(one.figures[name], FIGURES[name].unit)),
  ]);
  const { of, against } = comparison;
  const changes = names.map((name) => [
    changeTitleOf(FIGURES[name]),
    ...against.map((other) => intervalText(other.changes[name], FIGURES[name].unit, true)),
  ]);
  const all: Table = {
    title: 'Figures of every configuration',
    header: ['', ...configurations.map(({ name }) => name)],
    rows: figures,
    notes: [ERRORS, ...absences(simulation)],
  };
  if (against.length === 0) return [all];
  const header = ['', ...against.map(({ name }) => `against ${name}`)];
  return [all, { title: `${of} against the others, shopper by shopper`, header, rows: changes, notes: [ERRORS] }];
}

/** The findings for people, in Markdown: a verdict for each question, then tables with their 95 % intervals. */
export function simulationText(simulation: Simulation): string {
  const { configurations, closedLoop } = simulation;
  const [all, ...changes] = figureTables(simulation);
  const compared = changes.flatMap(({ title, header, rows }) => [`### ${title}`, ERRORS, markdownTable(header, rows)]);
  const loop =
    closedLoop.length > 0
      ? ['### closed loop', `${ERRORS} Changes of percentages are in percentage points.`, loopTable(simulation)]
      : [];
  return [
    ...simulation.warnings,
    questionAnswers(simulation)
      .map((one) => `- ${answerText(one)}`)
      .join('\n'),
    ERRORS,
    markdownTable(all.header, all.rows),
    ...absences(simulation),
    configurations.map(({ name }) => `- ${name}: ${SHOPS[name] ?? ''}`).join('\n'),
    ...compared,
    ...loop,
    speedText(simulation),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** First and last round of each shop. */
function loopTable({ closedLoop }: Simulation): string {
  const last = closedLoop[0].rounds.length;
  return markdownTable(
    ['', 'round 1', `round ${last}`, 'change', `round ${last} against random`],
    closedLoop.flatMap(({ name, rounds, change, againstRandom }) =>
      ROUND_FIGURE_NAMES.map((figure) => {
        const { unit } = ROUND_FIGURES[figure];
        const cells = [rounds[0][figure], rounds[last - 1][figure]].map((value) => intervalText(value, unit));
        const changes = [change, againstRandom].map((all) => (all ? intervalText(all[figure], unit, true) : ''));
        return [`${name}: ${titleOf(ROUND_FIGURES[figure])}`, ...cells, ...changes];
      }),
    ),
  );
}

export const speedText = ({ timing }: Pick<Simulation, 'timing'>): string =>
  `${timing.shoppersPerSecond.toFixed(1)} shoppers per second, each through all configurations, in ${timing.processes} processes.`;
