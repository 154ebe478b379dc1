/** What is used of `compression`, whose own types would bring those of a whole framework. */
declare module 'compression' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  /** Sends compressed what the client accepts compressed, from 1 kB on and where its type is one that gets smaller. */
  export default function compression(): (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
}
