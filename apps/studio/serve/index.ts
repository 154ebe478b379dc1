export { registerStudioFiles } from './register';
export { BUNDLE_ADDRESS, IMAGE_BASE, pictureName } from './route';
