export { buildCommand } from './build';
export { encodersCommand } from './encoders';
export { concludeRefused, REFUSED_HELP } from './event-file';
export { initCommand, OWN_PACKAGE } from './init';
export { inspectCommand } from './inspect';
export { listsCommand } from './lists';
export { modelsCommand } from './models';
export { withModels } from './models-lock';
export { offersCommand } from './offers';
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
export { prepareCommand, withPrepared } from './prepare';
export { rulesCommand } from './rules';
export { serveCommand } from './serve';
export { studioCommand } from './studio';
export {
  doTasks,
  isTaskProcess,
  parentMeter,
  TaskProcesses,
  type TaskProcessesOptions,
  WORKER_OPTION,
} from './task-processes';
export { endWithReader, showRejected, table } from './terminal';
export { trainCommand } from './train';
export { workerCommand } from './worker';
