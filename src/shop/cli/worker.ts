import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { DEFAULT_PRESETS } from '../../core/encoders';
import { nodeRuntime } from '../../core/encoders/node';
import { readPreset, startQueueWorker } from '../bundler';
import { encodersOption, positiveInteger } from './options';
import { untilShutdown } from './terminal';

interface WorkerOptions {
  queue: string;
  workers: number;
  models: string;
  textEncoder: string;
  imageEncoder: string;
}

export function workerCommand(): Command {
  return new Command('worker')
    .description('encode for builds started with the same --queue')
    .requiredOption('--queue <address>', 'Redis server that builds and workers share, redis://host:port')
    .addOption(
      new Option('--workers <n>', 'number of encoding processes')
        .argParser(positiveInteger)
        .default(availableParallelism(), 'one per processor'),
    )
    .addOption(encodersOption())
    .option('--text-encoder <name>', 'text encoder, as in the builds', DEFAULT_PRESETS.text.name)
    .option('--image-encoder <name>', 'picture encoder, as in the builds', DEFAULT_PRESETS.image.name)
    .action(async ({ queue, workers, models, textEncoder, imageEncoder }: WorkerOptions) => {
      await nodeRuntime();
      const presets = {
        text: await readPreset(textEncoder, models, 'text'),
        image: await readPreset(imageEncoder, models, 'image'),
      };
      const source = { presets, models };
      const worker = await startQueueWorker({ url: queue, source, workers, say: (line) => console.error(line) });
      await untilShutdown(
        worker,
        `Waiting for chunks (${workers} at a time). End with Ctrl+C; current chunks are finished first.`,
      );
    });
}
