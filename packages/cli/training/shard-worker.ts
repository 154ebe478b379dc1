import { ShardTrainer } from '../../shop/training/side';
import { answerParent } from '../bundler';
import { startCompute } from './compute';
import { folderStore } from './shard-processes';
import { taskWorker } from './shard-task';

/* A process that learns rounds of a training for its parent (`shard-processes.ts`). The first message names the folder of the blobs. */

answerParent((folder: string) => {
  const ready = startCompute();
  return taskWorker(folderStore(folder), async (data) => {
    await ready;
    return new ShardTrainer(data);
  });
});
