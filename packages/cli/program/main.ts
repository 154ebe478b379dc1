#!/usr/bin/env node
import { endWithReader } from '../commands';
import { runCommandLine } from './commands';

endWithReader();
await runCommandLine(process.argv.slice(2));
