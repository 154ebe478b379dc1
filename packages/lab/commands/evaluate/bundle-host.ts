import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { encodeManifest, MANIFEST_FILE, parseManifest } from '../../../../src/core/catalog';
import { kept } from '../../../../src/core/common/grouped';
import { codeOf } from '../../../../src/core/common/text';
import type { SidestreamError } from '../../../../src/error';

/**
 * Downloads of a page since it was opened, and their bytes as stored and as most hosts serve them (gzip, level 6): each file once,
 * because browsers keep files. Code is not included.
 */
export type Downloads = Record<'requests' | 'raw' | 'gzip', number>;

/** A host of one bundle, and pages of new visitors there. */
export type BundleHost = Awaited<ReturnType<typeof hostBundle>>;
/** The recommender of a new visitor's page, who has not answered about consent. */
export type Page = Awaited<ReturnType<BundleHost['open']>>;

const compressed = promisify(gzip);

/** Serves the bundle in a folder to pages of this process, which run the code of the browser's worker. */
export async function hostBundle(folder: string) {
  // Only this protocol needs the code of pages.
  const { startEngine } = await import('../../../../src/device/worker/engine');
  const pages: { whole: boolean; names: Map<string, Downloads> }[] = [];
  const sizes = new Map<string, Promise<number>>();
  const sizeOf = (name: string, bytes: Uint8Array): Promise<number> =>
    kept(sizes, name, async () => (await compressed(bytes, { level: 6 })).length);
  const server = createServer(async ({ url = '' }, response) => {
    const [, index, name] = url.split('/');
    try {
      const { whole, names } = pages[Number(index)];
      const stored = await readFile(join(folder, name));
      const raw = stored.length;
      names.set(name, { requests: 1, raw, gzip: await sizeOf(name, stored) });
      response.writeHead(200).end(whole && name === MANIFEST_FILE ? wholeManifest(stored) : stored);
    } catch (thrown) {
      response.writeHead(codeOf(thrown) === 'ENOENT' ? 404 : 500).end();
    }
  });
  // On a busy machine, a page may reuse a connection at the moment at which the server closes it as idle.
  server.keepAliveTimeout = 10 * 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    /** @param whole whether the page loads all products, as from a bundle that its shop publishes whole */
    async open(whole = false) {
      const names = new Map<string, Downloads>();
      const errors: SidestreamError[] = [];
      const options = {
        bundle: `http://127.0.0.1:${port}/${pages.push({ whole, names }) - 1}`,
        consent: 'pending',
        namespace: 'page',
        learning: true,
      } as const;
      const engine = await startEngine(options, {
        change: () => undefined,
        progress: () => undefined,
        error: (error) => errors.push(error),
      });
      return {
        engine,
        /** Waits for the work that the last events caused. @throws SidestreamError the first error that the engine reported */
        async settled(): Promise<void> {
          await engine.settled();
          if (errors.length > 0) throw errors[0];
        },
        downloads: (): Downloads => sumOf([...names.values()]),
      };
    },
    /** Size of a file as most hosts serve it, bytes. */
    gzipped: async (name: string): Promise<number> => sizeOf(name, await readFile(join(folder, name))),
    close(): void {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The manifest of the same bundle, of which pages load all shards. */
function wholeManifest(manifest: Uint8Array): Uint8Array {
  const parsed = parseManifest(new Uint8Array(manifest).buffer);
  return encodeManifest({ ...parsed, shards: { ...parsed.shards, whole: true } });
}

const sumOf = (all: readonly Downloads[]): Downloads => ({
  requests: all.length,
  raw: all.reduce((sum, { raw }) => sum + raw, 0),
  gzip: all.reduce((sum, { gzip }) => sum + gzip, 0),
});
