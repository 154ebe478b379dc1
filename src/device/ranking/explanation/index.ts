// Explains scores. No list needs it.

export { explain } from './explain';
