/** The used part of `compression`, whose own types would pull in the types of a whole framework. */
declare module 'compression' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  /** Compresses responses that the client accepts compressed, from 1 kB and for compressible types. */
  export default function compression(): (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
}
