#!/usr/bin/env node
import { runCommandLine } from './command-line';
import { endWithReader } from './terminal';

endWithReader();
await runCommandLine(process.argv.slice(2));
