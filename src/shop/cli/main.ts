#!/usr/bin/env node
import { runCommandLine } from './commands';
import { endWithReader } from './terminal';

endWithReader();
await runCommandLine(process.argv.slice(2));
