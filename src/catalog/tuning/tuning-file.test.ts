import { describe, expect, it } from 'vitest';
import { TUNING } from '../../testing/tunings';
import { decodeTuning, encodeTuning, parseSettings } from './tuning-file';

const bytesOf = (data: unknown): ArrayBuffer => new TextEncoder().encode(JSON.stringify(data)).buffer;
const withSettings = (settings: object): ArrayBuffer => bytesOf({ ...TUNING, settings });

describe('the file of the settings of a learner', () => {
  it('is read as it was written', () => {
    expect(decodeTuning(encodeTuning(TUNING).buffer)).toEqual(TUNING);
  });

  it.each<[object, string]>([
    [{ fadding: 0.02 }, 'Unknown option "fadding". Did you mean "fading"?'],
    [{ weights: { basis: 1 } }, 'Unknown option "basis". Did you mean "base"?'],
    // The shop's log does not set it in this way.
    [{ weights: { coldStart: 1 } }, 'coldStart'],
    [{ weights: { recent: 21 } }, 'weights.recent'],
    [{ weights: { recent: -1 } }, 'weights.recent'],
    [{ fading: 0 }, 'fading'],
    [{ driftThreshold: 0 }, 'driftThreshold'],
    [{ trial: 7 }, 'trial'],
    [{ trial: 102 }, 'trial'],
    [{ keepAt: 1 }, 'keepAt'],
    [{ share: 0.6 }, 'share'],
    // A profile holds four at most.
    [{ kept: 5 }, 'kept'],
    [{ kept: 1 }, 'kept'],
    [{ guardFloor: 0.1 }, 'guardFloor'],
    [{ anchor: -0.1 }, 'anchor'],
    [{ anchorSlope: 21 }, 'anchorSlope'],
  ])('is refused by name: %o', (settings, named) => {
    const refused = expect.objectContaining({ code: 'bundle/invalid', message: expect.stringContaining(named) });
    expect(() => decodeTuning(withSettings(settings))).toThrow(refused);
    expect(() => parseSettings(settings)).toThrow(refused);
    expect(() => encodeTuning({ ...TUNING, settings })).toThrow(refused);
  });

  it('is refused where it is not JSON, or its evidence is not what it should be', () => {
    const invalid = expect.objectContaining({ code: 'bundle/invalid' });
    expect(() => decodeTuning(new TextEncoder().encode('{').buffer)).toThrow(invalid);
    const { seed, ...evidence } = TUNING.evidence;
    expect(() => decodeTuning(bytesOf({ ...TUNING, evidence }))).toThrow(invalid);
    expect(() => decodeTuning(bytesOf({ ...TUNING, evidence: { ...evidence, seed, more: 1 } }))).toThrow(invalid);
  });
});
