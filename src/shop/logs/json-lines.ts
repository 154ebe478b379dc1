import * as v from 'valibot';
import type { RejectedRow } from '../../core/catalog';
import { feedLines } from '../../core/catalog/feed';

/**
 * The objects of a file with one JSON object per line; blank lines are skipped.
 * @param chunks text split at any position
 * @param longest maximum length of a line
 * @param reject called for a line that is not an object
 */
export async function* jsonLines(
  chunks: AsyncIterable<string> | Iterable<string>,
  longest: number,
  reject: (line: number, reason: string) => void,
): AsyncGenerator<{ line: number; data: object; text: string }> {
  for await (const { line, text } of feedLines(chunks, longest)) {
    if (text === null) {
      reject(line, `longer than ${longest} characters`);
      continue;
    }
    let data: unknown;
    try {
      data = JSON.parse(text);
    } catch (error) {
      reject(line, `is not JSON: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) yield { line, data, text };
    else reject(line, 'must be one JSON object per line');
  }
}

/** A line that a schema refused. */
export function rejectedRow(line: number, issue: v.BaseIssue<unknown>): RejectedRow {
  const missing = issue.kind === 'schema' && issue.received === 'undefined';
  return { line, field: v.getDotPath(issue) ?? 'row', reason: missing ? 'is missing' : issue.message };
}
