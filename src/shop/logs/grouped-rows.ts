import { describeRejectedRow, type RejectedRow } from '../../core/catalog';

/** Maximum number of lines named for one reason. */
const NAMED = 3;

/** Quoted values and numbers in a reason: reasons that differ only in these count as one. */
const VALUES = /"(?:[^"\\]|\\.)*"|'[^']*'|\d+/g;

/** Refused rows as lines of text, grouped by reason, with the number of rows and the first of them. */
export function groupedRows(rows: readonly RejectedRow[]): string[] {
  const groups = new Map<string, RejectedRow[]>();
  for (const row of rows) {
    const key = `${row.field} ${row.reason.replace(VALUES, '')}`;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()].map((group) => {
    const [{ field, reason }] = group;
    if (group.length === 1) return describeRejectedRow(group[0]);
    const first = group.slice(0, NAMED).map(({ line }) => line);
    const more = group.length > NAMED ? ' …' : '';
    return `${group.length.toLocaleString('en')} lines (${first.join(', ')}${more}), field ${field}: ${reason}`;
  });
}
