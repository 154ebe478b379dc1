/** One line of a feed, or the news that it was too long to be held in memory. */
export interface FeedLine {
  /** 1-based. */
  line: number;
  /** Without line end; null when the line was longer than the limit. */
  text: string | null;
}

/**
 * Splits chunks of text, cut anywhere, into lines. Ends at LF or CRLF, drops a leading byte order mark, skips blank
 * lines (they still count). Holds at most one line in memory.
 * @param maxLength characters of the longest line accepted
 */
export async function* feedLines(
  chunks: AsyncIterable<string> | Iterable<string>,
  maxLength: number,
): AsyncGenerator<FeedLine> {
  for await (const line of allLines(chunks, maxLength)) if (line.text === null || line.text.trim() !== '') yield line;
}

/** The same with the blank lines, which a table may have inside its cells. */
export async function* allLines(
  chunks: AsyncIterable<string> | Iterable<string>,
  maxLength: number,
): AsyncGenerator<FeedLine> {
  let rest = '';
  let line = 1;
  let tooLong = false;
  let first = true;
  const finish = (text: string): FeedLine => {
    const whole = !tooLong && text.length <= maxLength;
    tooLong = false;
    return { line: line++, text: whole ? (text.endsWith('\r') ? text.slice(0, -1) : text) : null };
  };
  for await (let chunk of chunks) {
    if (first && chunk.length > 0) {
      if (chunk.startsWith('\uFEFF')) chunk = chunk.slice(1);
      first = false;
    }
    let from = 0;
    for (let end = chunk.indexOf('\n', from); end !== -1; end = chunk.indexOf('\n', from)) {
      const done = finish(rest + chunk.slice(from, end));
      rest = '';
      from = end + 1;
      yield done;
    }
    rest += chunk.slice(from);
    if (rest.length > maxLength) {
      tooLong = true;
      rest = '';
    }
  }
  if (rest !== '' || tooLong) yield finish(rest);
}
