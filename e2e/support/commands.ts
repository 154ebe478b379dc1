import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { COMMAND_FOLDER } from './global-setup';

/** The script behind `sidestream`. */
export const COMMAND = join(COMMAND_FOLDER, 'lib', 'cli', 'main.js');

/** Runs the command line. @returns its output */
export const sidestream = (...args: string[]): string =>
  execFileSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
