export { registerStudioFiles } from './register';
export { BUNDLE_ADDRESS, IMAGE_BASE } from './route';
