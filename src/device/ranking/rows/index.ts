// Rows for a page. No list needs them.

export { planRows } from './rows';
