export { concludeRefused, REFUSED_HELP, readEventFile } from './event-file';
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
export {
  doTasks,
  isTaskProcess,
  parentMeter,
  TaskProcesses,
  type TaskProcessesOptions,
  WORKER_OPTION,
} from './task-processes';
export { showRejected, table } from './terminal';
