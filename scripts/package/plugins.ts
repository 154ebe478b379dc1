import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Plugin } from 'rolldown';

/**
 * Turns the import of a file with `?url` into its address at run time.
 * @param put whether the files are put beside the scripts
 */
export function filesIn(addressOf: (file: string) => string, put: boolean): Plugin {
  return {
    name: 'files',
    resolveId: {
      filter: { id: /\?url$/ },
      async handler(source, importer) {
        const file = await this.resolve(source.replace(/\?url$/, ''), importer, { skipSelf: true });
        return file && `${file.id}?url`;
      },
    },
    load: {
      filter: { id: /\?url$/ },
      async handler(id) {
        const file = id.replace(/\?url$/, '');
        const fileName = basename(file);
        if (put) this.emitFile({ type: 'asset', fileName, source: await readFile(file) });
        return `export default ${addressOf(fileName)};`;
      },
    },
  };
}

/** Removes comments and white space from style sheets: minifiers do not, because to them style sheets are plain strings. */
export function shortStyles(): Plugin {
  return {
    name: 'short styles',
    transform: {
      filter: { id: /src[\\/]page[\\/]element[\\/].*\.ts$/ },
      handler: (code) =>
        code.replace(/css`[^`]*`/g, (sheet) =>
          sheet
            .replace(/\/\*[\s\S]*?\*\//g, '')
            .replace(/\s+/g, ' ')
            .replace(/ ?([{};,]) ?/g, '$1')
            .replace(/: /g, ':'),
        ),
    },
  };
}

/**
 * Gives `adapters.js` its own error class. A shared class would be a separate file, which every page with a list would
 * load, although few of these pages load the adapters.
 */
export const ownError = (): Plugin => ({
  name: 'own error of the adapters',
  resolveId: {
    filter: { id: /\/error$/ },
    async handler(id, importer) {
      if (!importer || !/src[\\/]page[\\/]adapters[\\/]/.test(importer)) return null;
      const found = await this.resolve(id, importer, { skipSelf: true });
      return found && `${found.id}?own`;
    },
  },
  load: {
    filter: { id: /error\.ts\?own$/ },
    handler: async (id) => ({ code: await readFile(id.replace('?own', ''), 'utf8'), moduleType: 'ts' }),
  },
});
