import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../common/sha256';
import { type ProtocolRun, parseRun } from '../../evaluate';
import { writeWhole } from '../../training';
import type { EvaluateInput } from './input';

/**
 * The run of one seed: read from a folder, or evaluated and kept there, so that an evaluation of hours goes on where it
 * was ended. The name of the file depends on protocol, catalogue, log, the other options and the seed. It does not depend
 * on the version of the program, so a folder is good for one version.
 * @param folder of the runs; undefined: nothing is read or kept
 * @throws SidestreamError `runtime/invalid-input` when a file there is no run
 */
export async function keptRun(
  folder: string | undefined,
  protocol: string,
  input: EvaluateInput,
  evaluate: (input: EvaluateInput) => Promise<ProtocolRun>,
): Promise<ProtocolRun> {
  if (folder === undefined) return evaluate(input);
  const file = join(folder, `${protocol}-${await digestOf(input)}-seed-${input.seed}.json`);
  if (existsSync(file)) {
    input.say(`The run of seed ${input.seed} is in ${file}`);
    return parseRun(await readFile(file, 'utf8'));
  }
  const run = await evaluate(input);
  await writeWhole(file, JSON.stringify(run));
  return run;
}

/** 12 hex digits of a digest over everything that a result depends on. */
async function digestOf({ bundle, events, past, shoppers, half, methods }: EvaluateInput): Promise<string> {
  const log = events.map(({ user, item, time }) => [user, item, time]);
  const asked = [bundle.manifest.digest, past, shoppers ?? null, half, methods ?? null, log];
  return (await sha256(new TextEncoder().encode(JSON.stringify(asked)))).slice(0, 12);
}
