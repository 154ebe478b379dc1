import { Command, InvalidArgumentError } from 'commander';
import { MANIFEST_FILE } from '../../core/catalog';
import { SidestreamError } from '../../error';
import { openFolder } from '../bundler';
import { serveBundle } from './bundle-server';
import { onShutdown } from './terminal';

interface ServeOptions {
  port: number;
  host: string;
}

/** `sidestream serve <bundle>`: serves a bundle on this machine for testing, until a signal ends it. */
export function serveCommand(): Command {
  return new Command('serve')
    .description('serve a bundle for testing, with the cache headers that a web server should send')
    .argument('<bundle>', 'folder of the bundle')
    .option('--port <n>', 'port to listen on; 0 takes any free port', port, 4180)
    .option('--host <name>', 'address to listen on; 0.0.0.0 allows other machines', '127.0.0.1')
    .action(async (folder: string, options: ServeOptions) => {
      // Report a folder that is not a bundle now rather than when a page fails.
      const { items } = await openFolder(folder);
      const { address, close } = await served(folder, options);
      const ended = onShutdown();
      console.log(`Serving ${items.length} items of ${folder} at ${address}${MANIFEST_FILE}`);
      console.log('End with Ctrl+C.');
      await ended;
      await close();
    });
}

async function served(folder: string, { port, host }: ServeOptions): ReturnType<typeof serveBundle> {
  try {
    return await serveBundle(folder, port, host);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `Cannot listen on ${host}, port ${port} (${why}). Name another with --port or --host.`;
    throw new SidestreamError('runtime/invalid-input', message, { cause });
  }
}

function port(text: string): number {
  const n = Number(text);
  if (!/^\d+$/.test(text) || n > 65535) throw new InvalidArgumentError('must be a number from 0 to 65535.');
  return n;
}
