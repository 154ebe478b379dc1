import * as v from 'valibot';
import { ShardTrainer } from '../../shop/training/side';
import { answerParent } from '../bundler';
import { startCompute } from './compute';
import { folderStore } from './shard-processes';
import { shardTaskSchema, taskWorker } from './shard-task';

/* A process that learns rounds of a training for its parent (`shard-processes.ts`). The first message names the folder of the blobs. */

const openSchema = v.strictObject({ folder: v.string() });

answerParent((message) => {
  const { folder } = v.parse(openSchema, message);
  const ready = startCompute();
  const work = taskWorker(folderStore(folder), async (data) => {
    await ready;
    return new ShardTrainer(data);
  });
  return (task) => work(v.parse(shardTaskSchema, task));
});
