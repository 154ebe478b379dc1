import { availableParallelism } from 'node:os';
import { Command, Option } from '@commander-js/extra-typings';
import { DEFAULT_PRESETS } from '../../../src/core/encoders';
import { readPresets } from '../../encoders/hub';
import { nodeRuntime } from '../../encoders/node';
import { startQueueWorker } from '../bundler';
import { serveShards } from '../training';
import { encodersOption, positiveInteger } from './options';
import { say, untilShutdown } from './terminal';

export function workerCommand() {
  return new Command('worker')
    .description('encode for builds, and learn shards for trainings, started with the same --queue')
    .requiredOption('--queue <address>', 'Redis server that commands and workers share, redis://host:port')
    .addOption(
      new Option('--workers <n>', 'number of processes')
        .argParser(positiveInteger)
        .default(availableParallelism(), 'one per processor'),
    )
    .addOption(encodersOption())
    .option('--text-encoder <name>', 'text encoder, as in the builds', DEFAULT_PRESETS.text.name)
    .option('--image-encoder <name>', 'picture encoder, as in the builds', DEFAULT_PRESETS.image.name)
    .action(async ({ queue, workers, models, textEncoder, imageEncoder }) => {
      await nodeRuntime();
      const source = { presets: await readPresets({ textEncoder, imageEncoder, models }), models };
      const serving = await Promise.all([
        startQueueWorker(queue, source, workers, say),
        serveShards(queue, workers, say),
      ]);
      await untilShutdown(
        { close: () => Promise.all(serving.map((one) => one.close())) },
        `Waiting for work (${workers} jobs at a time). End with Ctrl+C; current jobs are finished first.`,
      );
    });
}
