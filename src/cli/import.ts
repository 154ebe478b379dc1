import { Command, Option } from 'commander';
import * as v from 'valibot';
import { BaseModel } from '../base-model';
import { openFolder } from '../build';
import { BASE_RECIPES, type BaseConfig, type BaseRecipe, baseConfigSchema } from '../catalog';
import { SidestreamError } from '../error';
import { decodeSafetensors, fusionOf, userEncoderOf, type Weights } from '../model';
import { readWeightsFile, storeBase } from '../training';
import { positiveInteger, positiveNumber } from './option-parsers';

interface ImportOptions {
  bundle: string;
  out?: string;
  heads?: number;
  recipe: BaseRecipe;
  temperature: number;
}

/**
 * `sidestream import <checkpoint.safetensors>`: takes a base model that was trained elsewhere under the reference
 * implementation's parameter names, checks every name and shape against the bundle's features and stores it. The
 * bundle's co-occurrence table stays.
 */
export function importCommand(): Command {
  return new Command('import')
    .description('put a base model that was trained elsewhere into a bundle')
    .argument('<checkpoint.safetensors>', "weights under the reference implementation's parameter names")
    .requiredOption('--bundle <folder>', 'bundle whose features it was trained on')
    .option('--out <path>', 'folder or .safetensors file to put it into (default: the bundle)')
    .option('--heads <n>', 'attention heads; needed where the file does not name them', positiveInteger)
    .addOption(
      new Option('--recipe <name>', 'how its scores are computed, where the file does not name it')
        .choices([...BASE_RECIPES])
        .default('paper'),
    )
    .option('--temperature <x>', 'what cosines are divided by (recipe sidestream)', positiveNumber, 0.1)
    .action(async (checkpoint: string, options: ImportOptions) => {
      const bundle = await openFolder(options.bundle);
      const { weights, metadata } = decodeSafetensors(await readWeightsFile(checkpoint));
      const config = configOf(weights, metadata.config, options);
      const model = BaseModel.from(weights, config, bundle.features);
      const stored = await storeBase(model, options.out ?? options.bundle, bundle.manifest.digest);
      console.log(
        `${config.recipe}, width ${config.embeddingDim}, ${config.blocks} blocks, ${config.heads} heads, histories of ${config.maxSeqLen}`,
      );
      for (const { file, bytes } of Object.values(stored)) console.log(`${file}: ${(bytes / 1e3).toFixed(0)} kB`);
    });
}

/** Configuration of the weights: from the file's metadata, else from shapes and options. */
function configOf(weights: Weights, text: string | undefined, options: ImportOptions): BaseConfig {
  if (text !== undefined) return parseConfig(text);
  const [fusion, encoder] = [fusionOf(weights), userEncoderOf(weights)];
  if (options.heads === undefined) {
    throw new SidestreamError(
      'runtime/invalid-input',
      'The number of attention heads cannot be read off the weights; give it with --heads.',
    );
  }
  return {
    recipe: options.recipe,
    embeddingDim: fusion.weight.shape[0],
    maxSeqLen: encoder.position.shape[0],
    heads: options.heads,
    blocks: encoder.blocks.length,
    temperature: options.temperature,
  };
}

function parseConfig(text: string): BaseConfig {
  const bad = (what: string, cause?: unknown): SidestreamError =>
    new SidestreamError('model/bad-weights', `The file's metadata "config" ${what}; save it again.`, { cause });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw bad('is not JSON', cause);
  }
  const parsed = v.safeParse(baseConfigSchema, data);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw bad(`is not right: ${v.getDotPath(issue) ?? 'all of it'}: ${issue.message}`);
}
