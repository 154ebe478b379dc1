import { describe, expect, it } from 'vitest';
import { DEFAULT_PRESETS } from './preset';
import { type EncoderBackend, EncoderSession, type OpenSession } from './session';

const preset = { ...DEFAULT_PRESETS.text, taps: [{ name: 'a', width: 1 }] };
const output = { a: { data: new Float32Array([7]) } };

/** Opens sessions as the script says, in order: `refuse` to open, `lose` the device on the first run, or `work`. */
function scripted(script: ('refuse' | 'lose' | 'work')[]) {
  const log: string[] = [];
  const open: OpenSession = async (backend) => {
    const step = script.shift();
    log.push(`${step} ${backend}`);
    if (step === 'refuse') throw new Error('no adapter');
    return {
      run: async () => {
        if (step === 'lose') throw new Error('device lost');
        return output;
      },
      release: async () => {
        log.push(`release ${backend}`);
      },
    };
  };
  return { open, log };
}
const WEB: EncoderBackend[] = ['webgpu', 'webgpu', 'wasm'];

describe('a session', () => {
  it('is reopened once after a lost device, then on wasm, transparently to the caller', async () => {
    const { open, log } = scripted(['lose', 'lose', 'work']);
    const session = await EncoderSession.create(preset, open, WEB);
    expect(session.backend).toBe('webgpu');
    expect(await session.run({})).toEqual([output.a.data]);
    expect(session.backend).toBe('wasm');
    expect(log).toEqual(['lose webgpu', 'release webgpu', 'lose webgpu', 'release webgpu', 'work wasm']);
  });

  it('goes to the next backend when one does not open', async () => {
    const { open } = scripted(['refuse', 'refuse', 'work']);
    expect((await EncoderSession.create(preset, open, WEB)).backend).toBe('wasm');
  });

  it('fails with a code when no backend is left', async () => {
    const refusing = scripted(['refuse']);
    await expect(EncoderSession.create(preset, refusing.open, ['wasm'])).rejects.toMatchObject({
      code: 'encoder/failed',
    });
    const losing = await EncoderSession.create(preset, scripted(['lose']).open, ['wasm']);
    await expect(losing.run({})).rejects.toMatchObject({ code: 'encoder/failed' });
  });

  it('refuses to run after its release, and may be released twice', async () => {
    const { open, log } = scripted(['work']);
    const session = await EncoderSession.create(preset, open, ['wasm']);
    await session.release();
    await session.release();
    await expect(session.run({})).rejects.toMatchObject({ code: 'encoder/failed' });
    expect(log).toEqual(['work wasm', 'release wasm']);
  });

  it('takes turns with every other session', async () => {
    let [running, most] = [0, 0];
    const busy = async <T>(value: T): Promise<T> => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
      return value;
    };
    const open: OpenSession = () => busy({ run: () => busy(output), release: () => busy(undefined) });
    const use = async () => {
      const session = await EncoderSession.create(preset, open, ['wasm']);
      await Promise.all([session.run({}), session.run({}), session.release()]);
    };
    await Promise.all([use(), use()]);
    expect(most).toBe(1);
  });
});
