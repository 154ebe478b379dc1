// One chunk of code for callers that name options which an element does not.

export { joinConnection } from './join-connection';
export { addHook } from './metric-hook';
