import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { SidestreamError } from '../../../src/error';
import {
  buildCommand,
  encodersCommand,
  initCommand,
  inspectCommand,
  listsCommand,
  modelsCommand,
  OWN_PACKAGE,
  offersCommand,
  prepareCommand,
  rulesCommand,
  serveCommand,
  studioCommand,
  trainCommand,
  workerCommand,
} from '../commands';
import { addExamples } from './examples';

/**
 * The command line, before it has read its arguments. The evaluation commands are loaded only if the first word may be one of
 * them: a shop that builds and embeds does not need them.
 * @param first first word of the arguments. Default: none, which loads all commands
 */
export async function commandLine(first?: string): Promise<CommandUnknownOpts> {
  const program = new Command('sidestream')
    .version(OWN_PACKAGE.version)
    .description('Builds and inspects the static files of a recommender that learns in the browser.')
    .showHelpAfterError('Run with --help to see the commands.')
    .addCommand(initCommand())
    .addCommand(buildCommand())
    .addCommand(workerCommand())
    .addCommand(offersCommand())
    .addCommand(rulesCommand())
    .addCommand(listsCommand())
    .addCommand(inspectCommand())
    .addCommand(serveCommand())
    .addCommand(studioCommand())
    .addCommand(encodersCommand())
    .addCommand(prepareCommand())
    .addCommand(trainCommand())
    .addCommand(modelsCommand());
  if (!program.commands.some((command) => command.name() === first)) {
    const { evaluateCommand, pilotCommand, reportCommand } = await import('../../lab/commands');
    program.addCommand(evaluateCommand()).addCommand(pilotCommand()).addCommand(reportCommand());
  }
  addExamples(program);
  return program;
}

/** The command that gets an option it does not have; null if all are known. */
function misspelt(command: CommandUnknownOpts, words: readonly string[]): CommandUnknownOpts | null {
  for (let i = 0; i < words.length && words[i] !== '--'; i++) {
    const [flag] = words[i].split('=');
    const inner = command.commands.find((one) => one.name() === flag);
    if (inner) return misspelt(inner, words.slice(i + 1));
    if (!/^--?[a-z]/i.test(flag) || /^(-h|--help|-V)$/.test(flag)) continue;
    const option = command.options.find(({ long, short }) => long === flag || short === flag);
    if (!option) return command;
    if (option.required && flag === words[i]) i++;
  }
  return null;
}

/** Runs a command. An error is printed and sets the exit code. @param args words after the program's name */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  try {
    const program = await commandLine(args[0]);
    // `--outt` is a misspelt `--out`, which is not missing.
    for (const option of misspelt(program, args)?.options ?? []) option.mandatory = false;
    await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    const error = SidestreamError.from(thrown);
    console.error(`Error (${error.code}): ${error.message}`);
    // An unexpected error is a bug: its report needs the stack.
    if (error.code === 'runtime/unexpected') console.error(thrown);
    process.exitCode = 1;
  }
}
