import type { MethodResult } from './metrics';

const round = (value: number): number => Number(value.toFixed(4));

/** The one line of JSON that a program reads. */
export function reportLine(protocol: string, methods: readonly MethodResult[]): string {
  const rounded = methods.map(({ name, ...figures }) => ({
    name,
    ...Object.fromEntries(Object.entries(figures).map(([key, value]) => [key, round(value)])),
  }));
  return JSON.stringify({ protocol, methods: rounded });
}

/** A table for people, in Markdown. HR@10 and NDCG@10 in percent. */
export function reportTable(methods: readonly MethodResult[], reference: string): string {
  const header = ['method', 'HR@10', 'NDCG@10', 'MRR', 'ln rank', `ln rank against ${reference}`, 'shoppers worse'];
  const rows = methods.map((method) => [
    method.name,
    (100 * method.hr10).toFixed(2),
    (100 * method.ndcg10).toFixed(2),
    (100 * method.mrr).toFixed(2),
    method.lnRank.toFixed(3),
    method.name === reference ? '' : `${signed(method.lnRankChange)} ± ${method.se.toFixed(3)}`,
    method.name === reference ? '' : `${Math.round(100 * method.worse)} %`,
  ]);
  const widths = header.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)));
  const line = (cells: string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  return [line(header), rule, ...rows.map(line)].join('\n');
}

const TITLE = '# Results';

/**
 * A file of results with one section per protocol.
 * @param text the file as it was; empty for a new one
 * @returns the file with the section put in, or in place of the one of the same name; the others stay as they were
 */
export function withResults(text: string, protocol: string, body: string): string {
  const [head, ...sections] = text.split(/^## /m);
  const kept = sections.filter((section) => section.split('\n', 1)[0] !== protocol).map((section) => section.trim());
  const all = [...kept, `${protocol}\n\n${body.trim()}`].sort();
  return `${head.trim() || TITLE}\n\n${all.map((section) => `## ${section}\n`).join('\n')}`;
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
