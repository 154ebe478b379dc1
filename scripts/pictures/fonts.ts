import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

const FOLDER = join('.cache', 'pictures', 'fonts');
/** Font of each generic family, with what it lacks after it, and the packages that have them. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  'sans-serif': ['Noto Sans', 'Noto Sans Arabic'],
  'system-ui': ['Noto Sans', 'Noto Sans Arabic'],
  monospace: ['Noto Sans Mono'],
};
const PACKAGES = ['noto-sans', 'noto-sans-arabic', 'noto-sans-mono'];

/**
 * Writes a configuration of fontconfig that has these fonts alone. Machines have different fonts, with which every picture would differ.
 * @returns environment variables for a browser that uses it
 */
export async function pictureFonts(): Promise<Record<string, string>> {
  const { resolve: resolved } = createRequire(import.meta.url);
  const folders = PACKAGES.map((name) => dirname(resolved(`@expo-google-fonts/${name}/package.json`)));
  const element = (name: string, text: string): string => `<${name}>${text}</${name}>`;
  const prefer = (families: readonly string[]): string =>
    element('prefer', families.map((family) => element('family', family)).join(''));
  const content = [
    ...folders.map((folder) => element('dir', folder)),
    element('cachedir', resolve(FOLDER, 'cache')),
    ...Object.entries(FAMILIES).map(
      ([generic, families]) => `<alias binding="strong">${element('family', generic)}${prefer(families)}</alias>`,
    ),
  ];
  const file = resolve(FOLDER, 'fonts.conf');
  await mkdir(FOLDER, { recursive: true });
  await writeFile(file, `<?xml version="1.0"?>\n${element('fontconfig', `\n${content.join('\n')}\n`)}\n`);
  return { FONTCONFIG_FILE: file };
}
