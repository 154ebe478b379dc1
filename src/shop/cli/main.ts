#!/usr/bin/env node
import { runCommandLine } from './command-line';

await runCommandLine(process.argv.slice(2));
