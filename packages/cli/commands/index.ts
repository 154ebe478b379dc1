export { buildCommand } from './build';
export { encodersCommand } from './encoders';
export { initCommand, OWN_PACKAGE } from './init';
export { inspectCommand } from './inspect';
export { listsCommand } from './lists';
export { modelsCommand } from './models';
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
export { openTables, prepareCommand } from './prepare';
export { rulesCommand } from './rules';
export { serveCommand } from './serve';
export { studioCommand } from './studio';
export {
  isTaskProcess,
  parentOutput,
  type TaskProcessesOptions,
  taskProcesses,
  WORKER_OPTION,
} from './task-processes';
export { concludeRefused, endWithReader, REFUSED_HELP, say, showRejected, table } from './terminal';
export { trainCommand, withModels } from './train';
export { workerCommand } from './worker';
