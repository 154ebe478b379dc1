import { SidestreamError } from '../error';
import type { Quality } from './metrics';
import type { MethodRun, ProtocolRun, ResultTable } from './result';

/** What one protocol found over all its seeds. */
export type MergedRun = Omit<ProtocolRun, 'seed'> & { seeds: number[] };

/**
 * One run out of several of the same protocol and setting: each unit's quality and each figure is the mean over the seeds,
 * so that standard errors are those over units. A figure's own standard error is averaged too, which overstates that
 * of the mean.
 * @throws SidestreamError `runtime/invalid-input` when there is no run, one seed is there twice, or they have not the same
 *   setting, tables, methods or units
 */
export function mergeRuns(runs: readonly ProtocolRun[]): MergedRun {
  if (runs.length === 0) throw different('there is none');
  const [{ protocol, setting, tables }] = runs;
  if (runs.some((run) => run.protocol !== protocol)) throw different('they are of several protocols');
  if (runs.some((run) => run.setting !== setting)) throw different('they are of several settings');
  const seeds = runs.map(({ seed }) => seed);
  const twice = seeds.find((seed, n) => seeds.indexOf(seed) !== n);
  if (twice !== undefined) throw different(`seed ${twice} is there twice`);
  return {
    protocol,
    setting,
    seeds,
    tables: tables.map((table) => mergeTables(table, runs)),
    figures: meanFigures(runs.map(({ figures }) => figures)),
  };
}

function mergeTables({ methods, ...table }: ResultTable, runs: readonly ProtocolRun[]): ResultTable {
  const same = runs.map(({ tables }) => tables.find(({ name }) => name === table.name));
  return {
    ...table,
    methods: methods.map((method) => {
      const all = same.map((run) => run?.methods.find(({ name }) => name === method.name));
      return mergeMethods(all.map((other) => other ?? missing(`${method.name} of the table ${table.name}`)));
    }),
  };
}

function mergeMethods(runs: readonly MethodRun[]): MethodRun {
  const [{ name, units }] = runs;
  if (runs.some((run) => run.units.length !== units.length)) throw different(`${name} has not always the same units`);
  const figures = meanFigures(runs.map((run) => run.figures ?? {}));
  return {
    name,
    units: units.map((_, n) => meanQuality(runs.map((run) => run.units[n]))),
    ...(Object.keys(figures).length > 0 ? { figures } : {}),
  };
}

/** Seeds in which nothing was ranked do not count, unless there are no others. */
function meanQuality(all: readonly Quality[]): Quality {
  const ranked = all.filter(({ events }) => events > 0);
  const mean = (pick: (quality: Quality) => number): number => average((ranked.length > 0 ? ranked : all).map(pick));
  return {
    events: mean(({ events }) => events),
    hr10: mean(({ hr10 }) => hr10),
    ndcg10: mean(({ ndcg10 }) => ndcg10),
    mrr: mean(({ mrr }) => mrr),
    lnRank: mean(({ lnRank }) => lnRank),
  };
}

/** A figure that some seeds lack is the mean over the others. */
function meanFigures(all: readonly Record<string, number>[]): Record<string, number> {
  const names = [...new Set(all.flatMap((figures) => Object.keys(figures)))];
  return Object.fromEntries(
    names.map((name) => [name, average(all.filter((figures) => name in figures).map((figures) => figures[name]))]),
  );
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const different = (why: string): SidestreamError =>
  new SidestreamError(
    'runtime/invalid-input',
    `The runs cannot be merged: ${why}. Evaluate each seed in the same way.`,
  );

function missing(what: string): never {
  throw different(`a seed lacks ${what}`);
}
