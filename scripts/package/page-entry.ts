import { type InputOptions, type Plugin, rolldown } from 'rolldown';

/**
 * Puts everything that a page needs for its first list into `sidestream.js` itself. Modules run once all their imports are loaded, so an
 * entry that imports chunks starts its worker one request later, and each further level of chunks costs one more.
 */

/** Name of the chunk that becomes the entry. */
const CORE = 'core';

/** Modules that an entry runs, without those that it loads late. @param input a build of only this entry */
export async function modulesOf(input: InputOptions): Promise<Set<string>> {
  const bundle = await rolldown(input);
  const { output } = await bundle.generate({ entryFileNames: '[name].js' });
  await bundle.close();
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
  const found = new Set<string>();
  const visit = (name: string): void => {
    const chunk = chunks.get(name);
    if (!chunk) return;
    chunks.delete(name);
    for (const [id, { renderedLength }] of Object.entries(chunk.modules)) if (renderedLength > 0) found.add(id);
    for (const next of chunk.imports) visit(next);
  };
  visit(output[0].fileName);
  return found;
}

/** Keeps these modules together, for `wholeEntry`. */
export const coreGroup = (modules: ReadonlySet<string>) => ({ name: CORE, test: (id: string) => modules.has(id) });

/**
 * Joins an entry and the chunk that `coreGroup` made into one file. Other files do not import it by its address: hosts append queries
 * to addresses, so it would be loaded and run again. They get its parts from a global symbol, whose name contains the
 * chunk's digest.
 * @param entryName file name of the entry, which must be alone in the file
 */
export function wholeEntry(entryName: string): Plugin {
  return {
    name: 'whole entry',
    generateBundle(_, bundle) {
      const entry = bundle[entryName];
      const core = Object.values(bundle).find((file) => file.type === 'chunk' && file.name === CORE);
      if (entry?.type !== 'chunk' || core?.type !== 'chunk')
        return this.error(`There is no ${entryName}, or no ${CORE}`);
      const from = `from"./${core.fileName}";`;
      const parts = `globalThis[Symbol.for(${JSON.stringify(`sidestream ${core.fileName}`)})]`;
      /** The names between the braces of a statement, written as an object's. */
      const names = (list: string, given: (outer: string, inner: string) => string): string =>
        list
          .split(',')
          .map((name) => name.split(' as '))
          .map(([first, second = first]) => given(first, second))
          .join(',');
      const only = (code: string, pattern: RegExp, replace: (list: string) => string): string => {
        const [found, ...more] = code.matchAll(pattern);
        if (!found || more.length > 0) return this.error(`One ${pattern} was expected in ${code.slice(0, 200)}`);
        return code.replace(pattern, (_, list: string) => replace(list));
      };
      const own = only(entry.code, new RegExp(`^export\\{([^}]*)\\}${from}\\s*$`, 'g'), (list) =>
        names(list, (part, name) => `${part}:${name}`),
      );
      // If a page has two copies, the first counts.
      const whole = only(
        core.code,
        /export\{([^}]*)\};\s*$/g,
        (list) => `export const{${own}}=${parts}??={${names(list, (value, part) => `${part}:${value}`)}};\n`,
      );
      const { imports, dynamicImports } = core;
      delete bundle[core.fileName];
      Object.assign(entry, { code: whole, imports, dynamicImports });
      for (const file of Object.values(bundle)) {
        if (file.type !== 'chunk' || !file.imports.includes(core.fileName)) continue;
        // Late files are loaded through it.
        const first = file.isEntry ? `import"./${entryName}";` : '';
        if (file !== entry)
          file.code = `${first}${only(file.code, new RegExp(`import\\{([^}]*)\\}${from}`, 'g'), (list) => {
            return `const{${names(list, (part, name) => `${part}:${name}`)}}=${parts};`;
          })}`;
      }
      const left = Object.values(bundle).find(
        (file) => file.type === 'chunk' && file.code.includes(`/${core.fileName}`),
      );
      if (left) this.error(`${left.fileName} imports ${core.fileName}, which is not written`);
    },
  };
}
