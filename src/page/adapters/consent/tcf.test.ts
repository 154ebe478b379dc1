import { describe, expect, it, vi } from 'vitest';
import { ConsentPage, consents, Tcf, type TcfCallback } from '../../../../testing/consent-page';
import { pause } from '../../../../testing/short-delays';

const page = new ConsentPage();

// Sequences as in the CMP API of the TCF 2.2 specification: the stub queues, `addEventListener` calls back at once and at
// every change with `tcloaded`, `cmpuishown` or `useractioncomplete`, and `removeEventListener` takes the id from the data.
describe('IAB TCF 2.2', () => {
  it('first visit: the call is queued by the stub, asked, agreed, asked again and withdrawn', async () => {
    const tcf = new Tcf();
    page.connect('tcf');
    expect(tcf.calls.map(([command]) => command)).toEqual(['addEventListener']);
    tcf.load({ eventStatus: 'cmpuishown' });
    await pause(20);
    expect([page.asked, await page.databases()]).toEqual([[], []]);
    tcf.say('useractioncomplete', consents(1, 2, 5, 6));
    await page.becomes('granted');
    // The dialog opens again: the earlier answer applies while it is open.
    tcf.say('cmpuishown');
    await pause(10);
    tcf.say('useractioncomplete', consents(1, 2));
    await page.becomes('denied');
    await vi.waitFor(async () => expect(await page.databases()).toEqual([]));
    expect(page.asked).toEqual(['granted', 'denied']);
  });

  it('a later visit: uses the stored answer, and needs none if the GDPR does not apply', async () => {
    const tcf = new Tcf();
    tcf.load({ eventStatus: 'tcloaded', ...consents(1, 3, 5, 6) });
    page.connect('tcf');
    await page.becomes('granted');
    tcf.say('tcloaded', { gdprApplies: false, purpose: undefined, tcString: '' });
    await pause(10);
    expect(page.asked).toEqual(['granted']);
  });

  it('needs every purpose; a shop may name others', async () => {
    const tcf = new Tcf();
    tcf.load({ eventStatus: 'tcloaded', ...consents(1, 5) });
    const disconnect = page.connect('tcf');
    await vi.waitFor(() => expect(page.asked).toEqual(['denied']));
    disconnect();
    page.connect('tcf', { purposes: [1, 5] });
    await page.becomes('granted');
  });

  it('handles a tool that loads without an answer, never loads, or loads late', async () => {
    page.connect('tcf');
    await pause(20);
    const tcf = new Tcf();
    await vi.waitFor(() => expect(tcf.calls).toHaveLength(1));
    tcf.load({});
    await pause(10);
    expect([page.asked, page.outcomes()]).toEqual([[], []]);
    vi.stubGlobal('__tcfapi', undefined);
    page.connect('tcf', { wait: 10 });
    await vi.waitFor(() => expect(page.outcomes()).toEqual(['not-found']));
    expect(await page.level()).toBe('pending');
  });

  it.each<[string, unknown, boolean]>([
    ['no data', null, true],
    ['no success', { eventStatus: 'tcloaded', gdprApplies: false }, false],
    ['another status', { eventStatus: 'tcready', gdprApplies: false }, true],
    ['no status', { gdprApplies: false, ...consents(1, 5, 6) }, true],
    ['no purposes', { eventStatus: 'tcloaded', gdprApplies: true, tcString: 'x' }, true],
    ['a text for the purposes', { eventStatus: 'tcloaded', tcString: 'x', purpose: { consents: '1,5,6' } }, true],
  ])('ignores %s', async (_, data, success) => {
    vi.stubGlobal('__tcfapi', (_command: string, _version: number, callback: TcfCallback) => callback(data, success));
    page.connect('tcf');
    await pause(10);
    expect([page.asked, page.outcomes()]).toEqual([[], ['ignored']]);
  });

  it('consents with a value other than true do not count', async () => {
    const tcf = new Tcf();
    tcf.load({ eventStatus: 'tcloaded', tcString: 'x', purpose: { consents: { 1: 1, 5: 'true', 6: true } } });
    page.connect('tcf');
    await page.becomes('denied');
  });

  it('removes its listener, even if the stub still holds it', async () => {
    const tcf = new Tcf();
    const early = page.connect('tcf');
    early();
    tcf.load({ eventStatus: 'tcloaded', ...consents(1, 5, 6) });
    expect(tcf.removed).toEqual([1]);
    const disconnect = page.connect('tcf');
    await page.becomes('granted');
    disconnect();
    tcf.say('useractioncomplete', consents());
    await pause(10);
    expect([tcf.listeners.size, await page.level()]).toEqual([0, 'granted']);
  });
});
