import { readFile } from 'node:fs/promises';
import { Command } from '@commander-js/extra-typings';
import { counted, messageOf } from '../../../src/core/common/text';
import { ruleProblemText } from '../../../src/device/ranking';
import { invalidInput } from '../../../src/error';
import { type CheckedRules, checkRules, publishRules, removeRules } from '../bundler';
import { jsonOption } from './options';
import { editCommand } from './rules-editor';
import { showRejected } from './terminal';

export function rulesCommand() {
  return new Command('rules')
    .description('check and edit a rules file for lists, and add it to a bundle without building it again')
    .addCommand(checkCommand())
    .addCommand(editCommand())
    .addCommand(publishCommand())
    .addCommand(removeCommand());
}

/** `sidestream rules check <file>`. Sets the exit code to 2 if a rule is wrong; a rule without effect is only a warning. */
function checkCommand() {
  return new Command('check')
    .description('list every error of a rules file and, with a bundle, its references to missing products')
    .argument('<file>', 'rules file')
    .option('--bundle <folder>', 'folder of the bundle whose products the rules are about')
    .addOption(jsonOption())
    .action(async (file: string, { bundle, json }: { bundle?: string; json?: boolean }) => {
      const checked = await checkRules(await read(file), { bundle, now: Date.now() });
      if (json) console.log(JSON.stringify(checked));
      else print(file, checked);
      if (countOf(checked, 'error') > 0) process.exitCode = 2;
    });
}

/** `sidestream rules publish <file> --out <folder>`. If a rule is wrong, nothing is written and the exit code is 2. */
function publishCommand() {
  return new Command('publish')
    .description('check a rules file, and write it next to a bundle: pages follow it when they are next loaded')
    .argument('<file>', 'rules file; may be the one next to the bundle')
    .requiredOption('--out <folder>', 'folder of the bundle')
    .addOption(jsonOption())
    .action(async (file: string, { out, json }: { out: string; json?: boolean }) => {
      const bytes = await read(file);
      const checked = await checkRules(bytes, { bundle: out, now: Date.now() });
      const good = countOf(checked, 'error') === 0;
      const changed = good && (await publishRules(bytes, out));
      if (json) {
        console.log(JSON.stringify({ ...checked, published: good, changed }));
      } else {
        print(file, checked);
        if (!good) console.error('Nothing was written: correct the errors first.');
        else console.log(changed ? `Wrote rules.json in ${out}` : `rules.json in ${out} has these rules already`);
      }
      if (!good) process.exitCode = 2;
    });
}

function removeCommand() {
  return new Command('remove')
    .description('remove the rules file from a bundle')
    .requiredOption('--out <folder>', 'folder of the bundle')
    .action(async ({ out }: { out: string }) => {
      await removeRules(out);
      console.log(`Removed the rules from ${out}`);
    });
}

function read(file: string): Promise<Uint8Array> {
  return readFile(file).catch((cause) => {
    throw invalidInput(`Cannot read ${file} (${messageOf(cause)}). Check the path.`, { cause });
  });
}

function print(file: string, checked: CheckedRules): void {
  const { rules, holding, problems } = checked;
  showRejected(problems.map(lineOf), { shown: 50, all: '--json prints all' });
  const found = [counted(countOf(checked, 'error'), 'error'), counted(countOf(checked, 'warning'), 'warning')];
  console.log(
    `${file}: ${counted(rules, 'rule')}, ${holding} of which ${holding === 1 ? 'applies' : 'apply'} now; ${found.join(', ')}`,
  );
}

const lineOf = ({ level, ...problem }: CheckedRules['problems'][number]): string =>
  `${level.padEnd(7)} ${ruleProblemText(problem)}`;

const countOf = ({ problems }: CheckedRules, level: 'error' | 'warning'): number =>
  problems.filter((problem) => problem.level === level).length;
