import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { fraction, jsonOption, positiveValue, table } from '../../cli/commands';
import { writeWhole } from '../../cli/training';
import { WRONG_SPLIT } from '../verdict/sample-ratio';
import { verdictOf } from '../verdict/verdict';
import {
  comparisonCells,
  explanationOf,
  operatingCells,
  setAsideText,
  variantCells,
  verdictSentences,
} from '../verdict/verdict-text';
import { effectSize, largeEffectNote, partOfControl, readMetricFile } from './verdict-input';

export function reportCommand() {
  return new Command('report')
    .description(
      'compare the variants of an experiment by the onMetric reports of all visitors; exits with 2 if the split is wrong or there is only one variant',
    )
    .argument('<counts>', 'JSON lines as produced by beaconSink() and callbackSink()')
    .option('--experiment <name>', 'name of the experiment, if the counts have several')
    .option('--control <name>', 'variant to compare with', 'off')
    .option('--split <weights>', 'declared weight of each variant, such as on=5,off=95 (default: equal)', splitOf)
    .addOption(
      new Option(
        '--effect <size>',
        'smallest effect worth finding: 5% of the control, or with --base a difference such as 0.006',
      )
        .argParser(effectSize)
        .default({ value: 0.05, relative: true }, '5%'),
    )
    .option('--margin <size>', 'accepted loss, written in the same way (default: the effect)', effectSize)
    .option(
      '--base <value>',
      'expected value of the metric without the variant, such as 3%; fixes the number of visitors needed (default: taken from the counts, which change)',
      positiveValue,
    )
    .option('--alpha <probability>', 'probability of a false alarm', fraction, 0.05)
    .option('--power <probability>', 'probability of finding the effect with the visitors needed', fraction, 0.8)
    .option('--metric <name>', 'metric that decides', 'buyers')
    .option('--html <file>', 'write a page with charts to this file')
    .addOption(jsonOption())
    .action(async (file, { json, html, effect, margin, ...plan }) => {
      const sizes = {
        effect: partOfControl('--effect', effect, plan.base),
        margin: margin && partOfControl('--margin', margin, plan.base),
      };
      const log = await readMetricFile(file);
      const verdict = verdictOf(log, { ...plan, ...sizes });
      const { metric, base } = verdict.plan;
      const isShare = verdict.metrics.some(({ name, kind }) => name === metric && kind === 'share');
      const note = base === null ? null : largeEffectNote('--effect', effect, base, isShare);
      if (note !== null) console.error(note);
      for (const aside of setAsideText(verdict)) console.error(`Note: ${aside}`);
      if (verdict.sampleRatio.mismatch) process.exitCode = WRONG_SPLIT;
      console.log(verdictSentences(verdict).join('\n'));
      for (const { title, header, rows } of [
        variantCells(verdict),
        ...comparisonCells(verdict),
        ...operatingCells(verdict),
      ]) {
        console.log(`\n${title}\n${table(header, rows)}`);
      }
      console.log(
        `\n${explanationOf(verdict)
          .map(([term, text]) => `${term}: ${text}`)
          .join('\n')}`,
      );
      if (html !== undefined) {
        const { verdictPage } = await import('../verdict/page');
        await writeWhole(html, verdictPage(verdict));
        console.error(`The report is in ${html}`);
      }
      if (json) console.log(JSON.stringify({ lines: log.lines, rejected: log.rejected.length, ...verdict }));
    });
}

function splitOf(text: string): ReadonlyMap<string, number> {
  const split = new Map<string, number>();
  const units = new Set<string>();
  for (const part of text.split(',')) {
    const [, name, weight, unit] = /^([\w.-]{1,32})=(\d+(?:\.\d+)?)(%?)$/.exec(part.trim()) ?? [];
    if (name === undefined || split.has(name) || units.add(unit).size > 1)
      throw new InvalidArgumentError('must be like on=5,off=95.');
    split.set(name, Number(weight));
  }
  if ([...split.values()].every((weight) => weight === 0)) throw new InvalidArgumentError('needs a weight above 0.');
  return split;
}
