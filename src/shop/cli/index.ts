export { concludeRefused, REFUSED_HELP } from './event-file';
export { withModels } from './models-lock';
export {
  fraction,
  jsonOption,
  modelsOption,
  optionWords,
  pastOption,
  positiveInteger,
  positiveNumber,
  positiveValue,
  processesOption,
  type ShareStage,
  shareStages,
} from './options';
export { withPrepared } from './prepare';
export {
  doTasks,
  isTaskProcess,
  parentMeter,
  TaskProcesses,
  type TaskProcessesOptions,
  WORKER_OPTION,
} from './task-processes';
export { showRejected, table } from './terminal';
