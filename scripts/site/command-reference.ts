import { type CommandUnknownOpts, Help } from '@commander-js/extra-typings';
import { examplesOf } from '../../packages/cli/program/examples';
import { cell, sentence } from './markdown';

/** @returns a page of Markdown with every command, its arguments and options, in the words of `--help` */
export function commandReference(program: CommandUnknownOpts): string {
  const help = new Help();
  const commands = help
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help')
    .flatMap((command) => sections(command, [program.name()]));
  return [
    '# The command line',
    '',
    'This page says what `npx sidestream <command> --help` prints in a folder where the package is [installed](../how-to/install.md). In a clone',
    'of the repository, the same commands run as `npm run sidestream -- <command>`.',
    '',
    ...commands,
  ].join('\n');
}

function sections(command: CommandUnknownOpts, parents: string[]): string[] {
  const path = [...parents, command.name()];
  const below = new Help().visibleCommands(command).filter((child) => child.name() !== 'help');
  // A command that only groups others is described by its subcommands.
  if (below.length > 0) return below.flatMap((child) => sections(child, path));
  const help = command.createHelp();
  const args = help.visibleArguments(command);
  const options = help.visibleOptions(command).filter(({ long }) => long !== '--help');
  return [
    `## ${path.slice(1).join(' ')}`,
    '',
    sentence(command.description()),
    '',
    // A synopsis, not a call: it has brackets.
    '```text',
    `npx ${[...parents, command.name()].join(' ')} ${command.usage()}`,
    '```',
    '',
    ...table(
      'argument',
      args.map((argument) => [help.argumentTerm(argument), help.argumentDescription(argument)]),
    ),
    ...table(
      'option',
      options.map((option) => [help.optionTerm(option), help.optionDescription(option)]),
    ),
    '```sh',
    ...examplesOf(path.slice(1).join(' ')),
    '```',
    '',
  ];
}

function table(heading: string, rows: [string, string][]): string[] {
  if (rows.length === 0) return [];
  return [
    `| ${heading} | meaning |`,
    '| --- | --- |',
    ...rows.map(([term, text]) => `| ${cell(`\`${term}\``)} | ${cell(text)} |`),
    '',
  ];
}
