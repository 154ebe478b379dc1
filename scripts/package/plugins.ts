import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Plugin } from 'rolldown';

/**
 * Keeps the workers files of their own: `new Worker(new URL('./worker.ts', import.meta.url))` of the sources becomes the
 * form that every bundler knows, with the address the file has in the package.
 * @param folder where the workers lie, seen from the file that starts them
 */
export function workersIn(folder: string): Plugin {
  return {
    name: 'workers',
    transform: {
      filter: { code: 'new Worker(new URL(' },
      handler: (code) => code.replace(/new URL\('\.\/([\w-]+)\.ts', import/g, `new URL('${folder}$1.js', import`),
    },
  };
}

/**
 * Turns the import of a file with `?url` into its address at run time.
 * @param folder where such files lie, seen from the scripts; those beside the scripts are put there
 */
export function filesIn(folder: string): Plugin {
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
        if (folder === './') this.emitFile({ type: 'asset', fileName, source: await readFile(file) });
        return `export default new URL('${folder}${fileName}', import.meta.url).href;`;
      },
    },
  };
}

/** Takes comments and white space out of style sheets: nothing else does, as they are texts to a minifier. */
export function shortStyles(): Plugin {
  return {
    name: 'short styles',
    transform: {
      filter: { id: /\.styles\.ts$/ },
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
