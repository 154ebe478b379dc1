import * as Comlink from 'comlink';
import { afterAll, describe, expect, it } from 'vitest';
import { SidestreamError } from '../../error';
import { carryErrors } from './rpc';

// Node's global MessagePort has the browser's event interface, which is what Comlink needs.
const { port1, port2 } = new MessageChannel();
afterAll(() => port1.close());

describe('carryErrors', () => {
  it('brings a SidestreamError across a message port with its code, and wraps anything else', async () => {
    carryErrors();
    carryErrors();
    const host = {
      typed: () => {
        throw new SidestreamError('bundle/unreachable', 'gone', { cause: 'offline' });
      },
      plain: () => {
        throw new RangeError('too far');
      },
    };
    Comlink.expose(host, port1);
    const remote = Comlink.wrap<typeof host>(port2);
    await expect(remote.typed()).rejects.toMatchObject({
      name: 'SidestreamError',
      code: 'bundle/unreachable',
      cause: 'offline',
    });
    await expect(remote.plain()).rejects.toMatchObject({ code: 'runtime/unexpected', message: 'too far' });
  });
});
