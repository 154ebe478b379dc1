import { connect } from 'node:net';

/** Sends bytes that `fetch` would normalise first. @returns head and body of the answer as received */
export function rawAnswer(server: string, request: string): Promise<[head: string, body: Buffer]> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server).port), '127.0.0.1', () => socket.write(request));
    const parts: Buffer[] = [];
    socket.on('data', (data) => parts.push(data));
    socket.on('end', () => {
      const answer = Buffer.concat(parts);
      const end = answer.indexOf('\r\n\r\n');
      resolve([answer.toString('latin1', 0, end + 2), answer.subarray(end + 4)]);
    });
    socket.on('error', reject);
  });
}
