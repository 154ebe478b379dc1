import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../../../core/catalog';
import { fetchRules, RULES_FILE, ruleProblemText } from '../../../device/ranking';
import { SidestreamError } from '../../../error';
import { nameMutable, readManifest, writeMutable } from '../edit-manifest';
import { folderFetch } from '../folder-bundle';

/**
 * Writes a checked rules file next to a bundle and adds it to the manifest. From then on, the file may be edited in place.
 * @returns whether the file changed
 * @throws SidestreamError `bundle/unreachable` if there is no bundle
 */
export async function publishRules(bytes: Uint8Array, out: string): Promise<boolean> {
  // Reports a mistyped folder before anything is written.
  await readManifest(out);
  const changed = await writeMutable(join(out, RULES_FILE), bytes);
  const { rules } = await readManifest(out);
  if (!rules) await nameMutable(out, (others) => ({ ...others, rules: true }));
  return changed;
}

/** Removes the rules from a bundle. @throws SidestreamError `bundle/unreachable` if there is no bundle */
export async function removeRules(out: string): Promise<void> {
  const { rules } = await readManifest(out);
  // Update the manifest first: it must not name a missing file.
  if (rules) await nameMutable(out, ({ rules: _, ...others }) => others);
  await rm(join(out, RULES_FILE), { force: true });
}

/**
 * Whether a build keeps the rules in the folder. A file with errors is kept, since its editor may correct it in place; a missing
 * file is not.
 * @param say receives a line if rules are faulty or left out
 */
export async function keepsRules(
  { rules }: Pick<Manifest, 'rules'>,
  out: string,
  say: (line: string) => void,
): Promise<boolean> {
  if (!rules) return false;
  try {
    const { rules: kept, problems } = await fetchRules(folderFetch(out));
    say(`Kept ${RULES_FILE}: ${kept.length === 1 ? '1 rule' : `${kept.length} rules`}.`);
    for (const problem of problems) say(`${RULES_FILE}: pages leave out ${ruleProblemText(problem)}.`);
    return true;
  } catch (thrown) {
    const { message, cause } = SidestreamError.from(thrown);
    const missing = cause instanceof SidestreamError && cause.code === 'bundle/unreachable';
    say(missing ? `Left out the rules: there is no ${RULES_FILE} in ${out}.` : `Kept ${RULES_FILE}, but: ${message}`);
    return !missing;
  }
}
