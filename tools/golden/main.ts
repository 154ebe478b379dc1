import { readFile } from 'node:fs/promises';
import { Option, program } from 'commander';
import { SidestreamError } from '../../src/error';
import { BACKENDS, type Backend, useBackend } from './backends';
import { checkGolden, type GoldenError, QUANTITIES } from './check';
import { type Golden, parseGolden } from './published-numbers';

/** Largest error that float32 explains. */
const TOLERANCE = 1e-3;

const shown = (error: number): string =>
  error === 0 ? '0' : Number.isFinite(error) ? error.toExponential(2) : 'Infinity';

async function readGolden(file: string): Promise<Golden> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SidestreamError('runtime/invalid-input', `The fixture cannot be read: ${why}. Check the path.`, {
      cause,
    });
  }
  return parseGolden(text);
}

/**
 * `npm run golden -- <fixture.json>`: computes everything in a fixture of the reference implementation, prints the
 * largest relative error of each quantity and backend, and finally the largest of all. Exit code 1 above 1e-3.
 */
async function compare(file: string, { backend }: { backend: Backend | 'both' }): Promise<void> {
  const golden = await readGolden(file);
  const found: (GoldenError & { backend: Backend })[] = [];
  for (const name of backend === 'both' ? BACKENDS : [backend]) {
    await useBackend(name);
    for (const error of await checkGolden(golden)) found.push({ ...error, backend: name });
  }
  for (const quantity of QUANTITIES) {
    for (const { backend: name, error, where } of found.filter((entry) => entry.quantity === quantity)) {
      console.log(
        `${quantity.padEnd(26)}${name.padEnd(6)}${shown(error).padEnd(10)}${error > 0 ? where : ''}`.trimEnd(),
      );
    }
  }
  const worst = found.reduce((a, b) => (b.error > a.error ? b : a));
  console.log(`largest relative error ${shown(worst.error)} (${worst.quantity})`);
  if (!(worst.error <= TOLERANCE)) process.exitCode = 1;
}

try {
  await program
    .name('golden')
    .description("Compares the model with numbers of the reference implementation (see the fixture's own notes).")
    .argument('<fixture.json>')
    .addOption(new Option('--backend <name>', 'where to compute').choices([...BACKENDS, 'both']).default('both'))
    .action(compare)
    .parseAsync();
} catch (thrown) {
  const error = SidestreamError.from(thrown);
  console.error(`Error (${error.code}): ${error.message}`);
  process.exitCode = 1;
}
