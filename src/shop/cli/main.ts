#!/usr/bin/env node
import { SidestreamError } from '../../error';
import { commandLine } from './command-line';

try {
  const program = await commandLine(process.argv[2]);
  await program.parseAsync();
} catch (thrown) {
  const error = SidestreamError.from(thrown);
  console.error(`Error (${error.code}): ${error.message}`);
  // An unexpected error is a bug: its report needs the stack.
  if (error.code === 'runtime/unexpected') console.error(thrown);
  process.exitCode = 1;
}
