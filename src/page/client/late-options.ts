// One chunk of code for callers that name options which an element does not, or a second bundle.

export { joinConnection } from './join-connection';
export { addHook } from './metric-hook';
export { otherBundle } from './other-bundle';
