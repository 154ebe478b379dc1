// Comes late: only endless lists need it.
export { Feed } from './feed';
