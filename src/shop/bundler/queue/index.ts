export { startQueueWorker } from './queue-worker';
