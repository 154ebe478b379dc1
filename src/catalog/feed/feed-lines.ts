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
  const lines = new LineSplitter(maxLength);
  const isBlank = ({ text }: FeedLine): boolean => text !== null && text.trim() === '';
  for await (const chunk of chunks) {
    for (const line of lines.push(chunk)) if (!isBlank(line)) yield line;
  }
  for (const line of lines.end()) if (!isBlank(line)) yield line;
}

/** Splits text into lines chunk by chunk. Keeps blank lines: a table may have them inside its cells. */
export class LineSplitter {
  readonly #maxLength: number;
  #rest = '';
  #line = 1;
  #tooLong = false;
  #begun = false;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** The lines that end in this chunk. */
  *push(chunk: string): Generator<FeedLine> {
    let from = !this.#begun && chunk.startsWith('\uFEFF') ? 1 : 0;
    this.#begun ||= chunk.length > 0;
    for (let end = chunk.indexOf('\n', from); end !== -1; end = chunk.indexOf('\n', from)) {
      const text = this.#rest + chunk.slice(from, end);
      from = end + 1;
      yield this.#finish(text);
    }
    this.#rest += chunk.slice(from);
    if (this.#rest.length <= this.#maxLength) return;
    this.#tooLong = true;
    this.#rest = '';
  }

  /** The last line, if it has no line end. */
  *end(): Generator<FeedLine> {
    if (this.#rest !== '' || this.#tooLong) yield this.#finish(this.#rest);
  }

  #finish(text: string): FeedLine {
    const whole = !this.#tooLong && text.length <= this.#maxLength;
    this.#rest = '';
    this.#tooLong = false;
    return { line: this.#line++, text: whole ? (text.endsWith('\r') ? text.slice(0, -1) : text) : null };
  }
}
