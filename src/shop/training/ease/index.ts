export { type EaseOptions, easeTable } from './ease';
