import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import * as v from 'valibot';
import { buildCommand } from './build';
import { encodersCommand } from './encoders';
import { evaluateCommand } from './evaluate/evaluate';
import { initCommand } from './init';
import { inspectCommand } from './inspect';
import { offersCommand } from './offers';
import { pilotCommand } from './pilot';
import { reportCommand } from './report';
import { rulesCommand } from './rules';
import { serveCommand } from './serve';
import { trainCommand } from './train';
import { workerCommand } from './worker';

// The package's own file: two folders up from here in the sources as in `lib`.
const { version } = v.parse(
  v.pipe(v.string(), v.parseJson(), v.object({ version: v.string() })),
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

/** @returns the command line with every command, which has not read its arguments yet */
export function commandLine(): Command {
  return new Command('sidestream')
    .version(version)
    .description('Builds and inspects the static files of a recommender that learns in the browser.')
    .showHelpAfterError('Run with --help to see what is possible.')
    .addCommand(initCommand())
    .addCommand(buildCommand())
    .addCommand(workerCommand())
    .addCommand(offersCommand())
    .addCommand(rulesCommand())
    .addCommand(inspectCommand())
    .addCommand(serveCommand())
    .addCommand(encodersCommand())
    .addCommand(evaluateCommand())
    .addCommand(pilotCommand())
    .addCommand(reportCommand())
    .addCommand(trainCommand());
}
