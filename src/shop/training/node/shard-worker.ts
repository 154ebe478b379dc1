import * as v from 'valibot';
import { answerOf } from '../../pipeline';
import { ShardTrainer } from '../side';
import { startCompute } from './compute';
import { folderStore } from './shard-processes';
import { type ShardTask, shardTaskSchema, taskWorker } from './shard-task';

/* A process that learns rounds of a training for its parent (`shard-processes.ts`). The first message names the folder of the blobs. */

const openSchema = v.strictObject({ folder: v.string() });

let work: ((task: ShardTask) => Promise<string>) | null = null;

process.on('message', async (message: unknown) => {
  if (!work) {
    const { folder } = v.parse(openSchema, message);
    const ready = startCompute();
    work = taskWorker(folderStore(folder), async (data) => {
      await ready;
      return new ShardTrainer(data);
    });
    return;
  }
  const doTask = work;
  const answer = await answerOf(() => doTask(v.parse(shardTaskSchema, message)));
  // Without a parent, nobody waits for the answer: `disconnect` ends this process.
  process.send?.(answer, () => {});
});
// The parent ended or closed the pool; the current round is no longer needed.
process.on('disconnect', () => process.exit(0));
// Ctrl+C reaches the whole process group; the parent decides when to end this process.
process.on('SIGINT', () => {});
