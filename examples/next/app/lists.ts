import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A list that `sidestream lists` wrote, as HTML; otherwise empty. Only for components that render on the server. */
export function firstList(path: string): string {
  try {
    return readFileSync(join(process.cwd(), 'public/lists', `${path}.html`), 'utf8');
  } catch {
    return '';
  }
}
