import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * Writes a program for tests that start it as a process, in JavaScript and one file: under a loader of TypeScript every start would take
 * half a second more.
 * @param source TypeScript, which imports modules by absolute path
 * @param folder of the file
 * @returns path of the file
 */
export async function writeProgram(source: string, folder: string): Promise<string> {
  const [input, file] = [join(folder, 'program.mts'), join(folder, 'program.mjs')];
  await writeFile(input, source);
  const build = await rolldown({ input, platform: 'node', logLevel: 'warn' });
  await build.write({ file, codeSplitting: false });
  await build.close();
  return file;
}
