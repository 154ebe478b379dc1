export { DrawnWidth } from './drawn-width';
