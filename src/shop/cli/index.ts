export { concludeRefused, REFUSED_HELP, readEventFile } from './event-file';
export { withModels } from './models-lock';
export {
  fraction,
  positiveInteger,
  positiveNumber,
  positiveValue,
  type ShareStage,
  shareStages,
} from './option-parsers';
export { modelsOption, pastOption, processesOption } from './shared-options';
export {
  doTasks,
  isTaskProcess,
  parentMeter,
  TaskProcesses,
  type TaskProcessesOptions,
  WORKER_OPTION,
} from './task-processes';
export { showRejected, table } from './terminal';
