import { counted } from '../../../src/core/common/text';
import { isOrderLog, orderLogText } from '../../shop/logs';
import type { DeviceVerdict } from './device-verdict';
import { figureCell, figureLabel, fixed, hundredths, markdownTable, signed } from './report-cells';
import { type KeptResult, type MethodSummary, type ProtocolSummary, round4, type TableSummary } from './result';

/**
 * The one line of JSON that a program reads: the methods of the first table, the methods of the other tables by table, and
 * the run's figures.
 * @param more further content of the line: omitted rows of the log, and the verdict if the protocol has one
 */
export function reportLine(
  { protocol, tables, figures }: ProtocolSummary,
  more: { refused: number; verdict?: DeviceVerdict },
): string {
  const [first, ...others] = tables;
  const methods = methodNumbers(first);
  const line = {
    protocol,
    methods,
    figures,
    tables: Object.fromEntries(others.map((table) => [table.name, methodNumbers(table)])),
    ...more,
  };
  return JSON.stringify(line, (_, value) => (typeof value === 'number' ? round4(value) : value));
}

/** The methods of a table in the form that programs read. */
const methodNumbers = ({ methods }: TableSummary): object[] =>
  methods.map(({ name, figures: own, windows: _, worseBeyondError, ...numbers }) => ({
    name,
    ...numbers,
    ...(worseBeyondError === undefined ? {} : { worseBeyondError }),
    ...own,
  }));

/**
 * The findings for people, in Markdown: each table under its name (except the first), then the figures. For a log of orders, the
 * table `baskets` comes first.
 */
export function reportBody({ protocol, tables, figures }: ProtocolSummary): string {
  const orders = isOrderLog(figures.sharedSecond);
  const baskets = orders ? tables.filter(({ name }) => name === 'baskets') : [];
  const shown = [...baskets, ...tables.filter((table) => !baskets.includes(table))].map((table) => {
    const title = table.name === protocol && baskets.length === 0 ? [] : [`### ${table.name}`];
    return [...title, about(table), reportTable(table), ...settingLines(table)].join('\n\n');
  });
  const lines = figureLines(figures);
  return [
    ...(orders ? [orderLogText(figures.sharedSecond)] : []),
    ...shown,
    ...(lines.some((line) => line.includes('±')) ? [`${ERROR}.`] : []),
    ...(lines.length > 0 ? [lines.join('\n')] : []),
  ].join('\n\n');
}

function settingLines({ methods }: TableSummary): string[] {
  const lines = methods.flatMap(({ name, settings = {} }) => {
    const values = Object.entries(settings).map(([setting, value]) => `${figureLabel(setting)} ${value ?? 'none'}`);
    return values.length > 0 ? [`- Settings of ${name}: ${values.join(', ')}`] : [];
  });
  return lines.length > 0 ? [lines.join('\n')] : [];
}

/** A simulation prints half of a 95 % interval after the same sign. */
const ERROR = '± is one standard error';

/** Number of shoppers and choices of a table, if known, and the meaning of its errors. */
function about({ name, unit, units, choices }: TableSummary): string {
  if (units === undefined || choices === undefined) return `${ERROR}.`;
  return `${counted(units, unit)}, ${counted(Math.round(choices), name === 'baskets' ? 'basket' : 'choice')}. ${ERROR}.`;
}

/** How something was found: setting, date, command. */
export const reportOrigin = ({ setting, seeds, date, command }: KeptResult): string =>
  `${setting}, ${seedsInWords(seeds)}. ${date}, \`${command}\``;

export const seedsInWords = (seeds: readonly number[]): string =>
  seeds.length === 1 ? `seed ${seeds[0]}` : `mean of the seeds ${seeds.slice(0, -1).join(', ')} and ${seeds.at(-1)}`;

/**
 * A table for people, in Markdown. Shares in percent, changes with their paired standard errors. The column `beyond error` is
 * left out if no method has it.
 */
export function reportTable({ reference, unit, methods }: TableSummary): string {
  const own = [...new Set(methods.flatMap(({ figures }) => Object.keys(figures)))];
  const percent = (share: number): string => `${fixed(100 * share, 0)} %`;
  const changes: Record<string, (of: MethodSummary) => string> = {
    [`ln rank against ${reference}`]: ({ lnRankChange, se }) => `${signed(lnRankChange, 3)} ± ${fixed(se, 3)}`,
    [`NDCG@10 against ${reference}, points`]: ({ ndcg10Change, ndcg10Se }) =>
      `${signed(100 * ndcg10Change, 2)} ± ${hundredths(ndcg10Se)}`,
    [`${unit}s worse`]: ({ worse }) => percent(worse),
  };
  if (methods.some(({ worseBeyondError }) => worseBeyondError !== undefined))
    changes['beyond error'] = ({ worseBeyondError: of }) => (of === undefined ? '' : percent(of));
  const qualities = ['HR@10, %', 'NDCG@10, %', 'MRR, %', 'ln rank'];
  const header = ['method', ...qualities, ...Object.keys(changes), ...own.map(figureLabel)];
  const rows = methods.map((method) => [
    method.name,
    ...[method.hr10, method.ndcg10, method.mrr].map(hundredths),
    fixed(method.lnRank, 3),
    ...Object.values(changes).map((cell) => (method.name === reference ? '' : cell(method))),
    ...own.map((name) => (name in method.figures ? figureCell(name, method.figures[name]) : '')),
  ]);
  return markdownTable(header, rows);
}

/** `x` and `x se` in one line. */
function figureLines(figures: Record<string, number>): string[] {
  return Object.entries(figures).flatMap(([name, value]) => {
    if (name.endsWith(' se') && name.slice(0, -3) in figures) return [];
    const se = figures[`${name} se`];
    const text = se === undefined ? figureCell(name, value) : `${signed(value, 4)} ± ${fixed(se, 4)}`;
    return [`- ${figureLabel(name)}: ${text}`];
  });
}

const TITLE = '# Results';

/**
 * A file of results with one or more sections per protocol.
 * @param text present content of the file; empty for a new one
 * @returns the file with the section instead of the one of the same name, or put at the end; the others stay as they
 *   were, and so does a quotation (`>`) at the top of the section, which contains remarks written by hand
 */
export function withResults(text: string, name: string, body: string): string {
  const [head, ...sections] = text.split(/^## /m);
  const at = sections.findIndex((other) => other.split('\n', 1)[0].trim() === name);
  const [quotation = ''] = sections[at]?.match(/(?<=^.*\n\n)(?:>.*\n)+\n?/) ?? [];
  const section = `${name}\n\n${quotation}${body.trim()}\n`;
  if (at === -1) sections.push(section);
  else sections[at] = section;
  return `${[head.trim() || TITLE, ...sections.map((other) => `## ${other.trim()}`)].join('\n\n')}\n`;
}
