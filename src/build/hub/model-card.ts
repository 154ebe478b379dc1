import * as v from 'valibot';

/** Names of licences on the hub and their SPDX identifiers. */
const SPDX: Record<string, string> = {
  'apache-2.0': 'Apache-2.0',
  mit: 'MIT',
  'bsd-2-clause': 'BSD-2-Clause',
  'bsd-3-clause': 'BSD-3-Clause',
  'cc0-1.0': 'CC0-1.0',
  'cc-by-4.0': 'CC-BY-4.0',
  'cc-by-sa-4.0': 'CC-BY-SA-4.0',
  'cc-by-nc-4.0': 'CC-BY-NC-4.0',
  'cc-by-nc-sa-4.0': 'CC-BY-NC-SA-4.0',
  'gpl-3.0': 'GPL-3.0-only',
  'agpl-3.0': 'AGPL-3.0-only',
  'lgpl-3.0': 'LGPL-3.0-only',
  'mpl-2.0': 'MPL-2.0',
  unlicense: 'Unlicense',
};

const nameSchema = v.pipe(v.string(), v.trim(), v.regex(/^[\w.+-]{2,64}$/), v.notValues(['other', 'unknown']));

/**
 * The licence in the header of a model card.
 * @param card contents of README.md
 * @returns SPDX identifier, the card's own name for it where there is none, or null when the card does not say
 */
export function cardLicense(card: string): string | null {
  const header = /^---\r?\n([\s\S]*?)\r?\n---/.exec(card)?.[1] ?? '';
  for (const field of ['license', 'license_name']) {
    // On one line, or as the one entry of a list.
    const value = new RegExp(`^${field}:[ \\t]*(?:\\r?\\n[ \\t]*-[ \\t]*)?(.+)$`, 'm').exec(header)?.[1];
    const name = v.safeParse(nameSchema, value?.replace(/['"]/g, ''));
    if (name.success) return SPDX[name.output.toLowerCase()] ?? name.output;
  }
  return null;
}
