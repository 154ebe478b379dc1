import { Command } from '@commander-js/extra-typings';
import { settleModel } from '../../../src/core/catalog';
import { invalidInput } from '../../../src/error';
import { folderFetch, folderSink, readManifest, removeStale, withBundle } from '../bundler';

export function modelsCommand() {
  return new Command('models')
    .description('list the side models that `train --as` has added to a bundle, make one its own, or remove one')
    .argument('<bundle>', 'folder of the bundle')
    .option(
      '--promote <name>',
      'make this model, with the co-occurrence and demand of its training, the own one of the bundle',
    )
    .option('--remove <name>', 'remove this model')
    .action(async (out: string, { promote, remove }: { promote?: string; remove?: string }) => {
      if (promote !== undefined && remove !== undefined) throw invalidInput('Give either --promote or --remove.');
      const name = promote ?? remove;
      const manifest = name === undefined ? await readManifest(out) : await settle(out, name, promote !== undefined);
      console.log(`Own: ${manifest.side?.digest.slice(0, 16) ?? 'none'}`);
      for (const further of Object.keys(manifest.models ?? {})) console.log(`Further: ${further}`);
    });
}

const settle = (out: string, name: string, promote: boolean) =>
  withBundle(out, async () => {
    const before = await readManifest(out);
    const next = await settleModel(before, { name, promote }, folderFetch(out), await folderSink(out));
    await removeStale(out, next, before);
    return next;
  });
