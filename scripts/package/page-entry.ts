import { type InputOptions, type Plugin, rolldown } from 'rolldown';

/**
 * Puts all that a page needs for its first list into `sidestream.js` itself. Modules run once all that they import is there, so an
 * entry that imports chunks starts its worker one request later, and chunks of chunks cost one more each.
 */

/** Name of the chunk that becomes the entry. */
const CORE = 'core';

/** Modules that an entry runs, without those that it loads late. @param input a build of this entry and no other */
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
 * Makes one file of an entry and the chunk that `coreGroup` made. Other files do not import it by its address: hosts put queries
 * behind addresses, under which it would be loaded and run again. They get its parts from a global symbol, which is named by the
 * digest of the chunk.
 * @param entryName file name of the entry, of which nothing else may be in the file
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
      /** The names between the braces of a statement, as those of an object. */
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
      // Of two copies on a page the first counts.
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
        // What is loaded late is loaded by it.
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
