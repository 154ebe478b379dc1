import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import * as v from 'valibot';
import { invalidInput } from '../../../src/error';

/**
 * Whether the npm registry has the package. Until it does, new shops and all documents use the file that `npm run pack` writes in
 * a clone. After changing this, run `npm run install-lines`, which rewrites the documents.
 */
export const PUBLISHED: boolean = false;

/** The file that `npm run pack` writes, at the root of a clone. */
export const TARBALL = 'sidestream.tgz';

/** A file that only a clone has. */
const CLONE_MARK = join('scripts', 'setup.mjs');
const INSTALLED = 'node_modules/sidestream';
const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

interface PackageSource {
  dependency: string;
  /** Absolute path of the clone that creates this file; undefined if the package is installed. */
  clone?: string;
}

/**
 * Where a shop gets the package: from the file that a clone creates, from the source of the running package's installation, or,
 * if neither is known, from the registry.
 */
export async function packageSource(
  folder: string,
  shop: string,
  { version, published = PUBLISHED }: { version: string; published?: boolean },
): Promise<PackageSource> {
  const registry = { dependency: `^${version}` };
  const own = await realpath(folder);
  // npm resolves the path from the real folder of the project, ignoring links.
  const from = await realpath(shop);
  const file = (tarball: string) => ({ dependency: `file:${relative(from, tarball).replaceAll('\\', '/')}` });
  if (existsSync(join(own, CLONE_MARK))) return published ? registry : { ...file(join(own, TARBALL)), clone: own };
  for (const project of foldersAbove(own)) {
    const spec = (await lockedSpec(project)) ?? (await declaredSpec(project));
    if (spec === undefined) continue;
    if (spec.startsWith('file:')) return file(resolve(project, spec.slice('file:'.length)));
    // An address or a repository is valid for every project; a version or a range refers to the registry.
    return /^\w+(\+\w+)?:/.test(spec) ? { dependency: spec } : registry;
  }
  return registry;
}

function foldersAbove(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [] : [above, ...foldersAbove(above)];
}

/** npm's record of a package that it installed into a project from a file: it also covers packages that no package.json names. */
async function lockedSpec(project: string): Promise<string | undefined> {
  const schema = v.object({ packages: v.record(v.string(), v.looseObject({ resolved: v.optional(v.string()) })) });
  const lock = await readJson(join(project, 'node_modules', '.package-lock.json'), schema);
  const resolved = lock?.packages[INSTALLED]?.resolved;
  return resolved?.startsWith('file:') ? resolved : undefined;
}

async function declaredSpec(project: string): Promise<string | undefined> {
  const named = v.optional(v.record(v.string(), v.string()));
  const schema = v.object({ dependencies: named, devDependencies: named, optionalDependencies: named });
  const about = await readJson(join(project, 'package.json'), schema);
  return DEPENDENCIES.map((kind) => about?.[kind]?.sidestream).find((spec) => spec !== undefined);
}

/** @returns undefined if the file is missing or not of this kind: it then does not say where the package comes from */
async function readJson<T>(path: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), text);
  return parsed.success ? parsed.output : undefined;
}

/** An address without characters that are special to a shell in double quotes. @param address http or https */
export const plainAddress = (address: string): string =>
  new URL(address).href
    .replace(/[^!#&-~]/g, (sign) => (sign === '%' ? sign : encodeURIComponent(sign)))
    .replace(/[\\`|<>^{}]/g, encodeURIComponent)
    .replace(/%(?![0-9a-f]{2})/gi, '%25');

/** Text that a shell leaves unchanged in double quotes; percent signs only in encoded characters. */
const HARMLESS = /^(?:[\p{L}\p{N} _./:@,;=?&#~+*'()![\]-]|%[0-9a-f]{2})*$/iu;

/** A word of an npm script. @throws SidestreamError `runtime/invalid-input` if a shell would interpret it even in quotes */
export function scriptWord(word: string): string {
  if (/^[\w./:-]+$/.test(word)) return word;
  if (HARMLESS.test(word)) return `"${word}"`;
  throw invalidInput(
    `${JSON.stringify(word)} cannot be written into an npm script: a shell would not read it as a plain name. Rename it.`,
  );
}
