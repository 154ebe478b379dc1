#!/usr/bin/env node
import { SidestreamError } from '../error';
import { commandLine } from './command-line';

try {
  await commandLine().parseAsync();
} catch (thrown) {
  const error = SidestreamError.from(thrown);
  console.error(`Error (${error.code}): ${error.message}`);
  // An unexpected error is a bug: its report needs the stack.
  if (error.code === 'runtime/unexpected') console.error(thrown);
  process.exitCode = 1;
}
