// One chunk with the code for callers that give options which elements do not have, or a second bundle.

export { joinConnection } from './join-connection';
export { addHook } from './metric-hook';
export { otherBundle } from './other-bundle';
