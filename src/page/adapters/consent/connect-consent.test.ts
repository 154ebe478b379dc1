import { describe, expect, it, vi } from 'vitest';
import { ConsentPage, googleTag, Tcf } from '../../../../testing/consent-page';
import { pause } from '../../../../testing/short-delays';
import { DeviceStore } from '../../../device/store/device-store';
import { type Consenter, type ConsentReport, type ConsentSource, connectConsent } from '.';

const page = new ConsentPage();

describe('a function of the shop', () => {
  it('sets levels until the page disconnects', async () => {
    let set: (level: 'granted' | 'denied' | 'pending') => void = () => undefined;
    const disconnect = page.connect((given) => {
      set = given;
      set('pending');
    });
    set('granted');
    await page.becomes('granted');
    set('pending');
    await page.becomes('pending');
    expect(page.asked).toEqual(['granted', 'pending']);
    disconnect();
    set('granted');
    await pause(10);
    expect(await page.level()).toBe('pending');
  });

  it('deletes no profile before it has an answer', async () => {
    await page.engine.consent('granted');
    page.connect((set) => set('pending'));
    await pause(20);
    expect([page.asked, await page.level()]).toEqual([[], 'granted']);
  });

  it('the last of several answers counts, also while the recommender starts', async () => {
    let begin: (recommender: Consenter) => void = () => undefined;
    const starting = new Promise<Consenter>((resolve) => {
      begin = resolve;
    });
    connectConsent(starting, (set) => {
      set('granted');
      set('denied');
      set('granted');
      set('denied');
    });
    begin(page.recommender);
    await page.becomes('denied');
    expect(page.asked).toEqual(['denied']);
    const seen = page.reports.length;
    page.connect((set) => {
      set('granted');
      setTimeout(() => set('denied'));
    });
    await pause(200);
    expect([await page.level(), await page.databases()]).toEqual(['denied', []]);
    // A grant that was withdrawn before it was carried out is not a failure.
    expect(page.outcomes().slice(seen)).not.toContain('failed');
  });

  it.each([true, 'GRANTED', null, 1, {}])('ignores %s', async (given) => {
    page.connect((set) => (set as (level: unknown) => void)(given));
    await pause(5);
    expect([page.asked, page.outcomes()]).toEqual([[], ['ignored']]);
  });

  it('reports what the function throws, also later', async () => {
    page.connect(() => {
      throw new Error('at once');
    });
    page.connect(async () => {
      throw new Error('later');
    });
    await vi.waitFor(() => expect(page.reports).toMatchObject([{ message: 'at once' }, { message: 'later' }]));
  });

  it('a recommender that fails is reported with its code, on the console if nobody listens', async () => {
    const blocked = vi
      .spyOn(DeviceStore, 'open')
      .mockRejectedValue(Object.assign(new Error('Shut off'), { code: 'x' }));
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    page.connect((set) => set('granted'));
    await vi.waitFor(() =>
      expect(page.reports).toMatchObject([{ outcome: 'failed', level: 'granted', message: 'Shut off' }]),
    );
    expect(warn).not.toHaveBeenCalled();
    page.disconnects.push(connectConsent(page.recommender, (set) => set('granted')));
    await vi.waitFor(() => expect(warn).toHaveBeenCalledTimes(1));
    blocked.mockRestore();
  });
});

describe('a recommender that does not start', () => {
  /** Data that an earlier visit left on the device. */
  const leave = (name: string): Promise<void> =>
    new Promise((resolve) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => {
        request.result.close();
        resolve();
      };
    });

  it.each<[string, () => Promise<Consenter>]>([
    ['where the bundle cannot be reached', () => Promise.reject(new Error('bundle/unreachable'))],
    ['where the bundle is on its way', () => new Promise(() => undefined)],
  ])('%s a refusal by the tool still deletes, at once', async (_, starting) => {
    await leave('sidestream/outlet');
    const gtag = googleTag();
    gtag('consent', 'update', { personalization_storage: 'denied' });
    page.disconnects.push(
      connectConsent(starting(), 'auto', { namespace: 'outlet', onReport: (given) => page.reports.push(given) }),
    );
    await vi.waitFor(async () => expect(await page.databases()).not.toContain('sidestream/outlet'));
    expect(page.outcomes()).not.toContain('failed');
  });

  it('a withdrawn grant is deleted too, and a grant is reported as failed', async () => {
    await leave('sidestream/outlet');
    const options = { namespace: 'outlet', onReport: (given: ConsentReport) => page.reports.push(given) };
    let set: (level: 'granted' | 'pending') => void = () => undefined;
    page.disconnects.push(
      connectConsent(
        Promise.reject(new Error('bundle/unreachable')),
        (given) => {
          set = given;
        },
        options,
      ),
    );
    set('granted');
    await vi.waitFor(() => expect(page.outcomes()).toEqual(['failed']));
    expect(await page.databases()).toContain('sidestream/outlet');
    set('pending');
    await vi.waitFor(() => expect(page.outcomes()).toEqual(['failed', 'applied']));
    expect(await page.databases()).not.toContain('sidestream/outlet');
  });
});

describe('arguments', () => {
  it.each<[string, unknown, object]>([
    ['source', 'cookiebot', {}],
    ['source', null, {}],
    ['purposes', 'tcf', { purposes: [] }],
    ['purposes', 'tcf', { purposes: ['1'] }],
    ['wait', 'auto', { wait: -1 }],
    ['"purpose"', 'tcf', { purpose: [1] }],
    ['type', 'google', { type: '' }],
  ])('a wrong %s connects nothing, and is reported', async (name, source, options) => {
    new Tcf().load({ gdprApplies: false });
    page.connect(source as ConsentSource, options);
    await pause(10);
    expect(page.reports).toMatchObject([{ outcome: 'invalid', message: expect.stringContaining(name) }]);
    expect(page.asked).toEqual([]);
  });

  it('on a server it does nothing', () => {
    vi.unstubAllGlobals();
    expect(connectConsent(page.recommender, 'auto')()).toBeUndefined();
    expect(Reflect.has(globalThis, 'dataLayer')).toBe(false);
  });
});
