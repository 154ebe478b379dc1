#!/usr/bin/env node
import { runCommandLine } from './command-line';
import { endWithReader } from './interrupt';

endWithReader();
await runCommandLine(process.argv.slice(2));
