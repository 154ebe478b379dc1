export { patchedIndex } from './patched-index';
