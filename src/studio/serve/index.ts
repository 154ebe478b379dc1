export { registerStudioFiles } from './register';
export { BUNDLE_ADDRESS, IMAGE_BASE, PICTURES_ADDRESS } from './route';
