// The file for moving a profile between devices, with the log that it was learned from, and how two logs are joined.

import * as v from 'valibot';
import { canHash, fromJson, joinBytes, sha256 } from '../../../core/common/bytes';
import { grouped } from '../../../core/common/grouped';
import { exactObject } from '../../../core/common/schema';
import { detailFields, eventFields, type LoggedEvent, type NewEvent, storedTime } from '../../../core/events';
import { SidestreamError } from '../../../error';
import { type Profile, profileFiles } from '../../learner';

/** Equal for the same event in two logs: calls of `track()` have different times. */
export const keyOf = ({ time, type, itemId }: NewEvent): string => `${time} ${type} ${itemId}`;

export interface JoinedLogs {
  events: LoggedEvent[];
  /** The part that the other log adds to this one, by time, with ids behind it. */
  added: LoggedEvent[];
  /** Number of events of the other log that this one has already. */
  known: number;
  /** Number of events of the other log that were left out: this log may have had them before it was cut. */
  leftOut: number;
}

/**
 * Joins the logs of two devices by time. An event in both logs counts once: as often as in the log that has it more often.
 * Events with the same time keep the order of their log; between two logs, the order does not depend on which of the two is
 * `own`, so both devices get the same result.
 * @param after ids of added events begin after it
 * @param since time from which on this log is complete. Default: always
 */
export function joinLogs(
  own: readonly LoggedEvent[],
  other: readonly NewEvent[],
  after: number,
  since = 0,
): JoinedLogs {
  // Newest first, so that the oldest is taken from the end.
  const left = grouped(own.toReversed(), keyOf);
  const added: LoggedEvent[] = [];
  const known = new Set<LoggedEvent>();
  const sorted = byTime(other);
  const theirs = sorted.flatMap((event) => {
    const same = left.get(keyOf(event))?.pop();
    if (same) known.add(same);
    else if (event.time >= since) added.push({ ...event, id: after + 1 + added.length, imported: true });
    else return [];
    return [same ?? added[added.length - 1]];
  });
  const events = isFirst(byTime(own), sorted)
    ? [...own, ...added]
    : [...theirs, ...own.filter((event) => !known.has(event))];
  return { events: byTime(events), added, known: known.size, leftOut: sorted.length - theirs.length };
}

const byTime = <E extends NewEvent>(events: readonly E[]): E[] => events.toSorted((one, two) => one.time - two.time);

/** Whether a log sorts before another, by the first differing event. */
function isFirst(one: readonly NewEvent[], two: readonly NewEvent[]): boolean {
  const at = one.findIndex((event, n) => n >= two.length || keyOf(event) !== keyOf(two[n]));
  if (at < 0 || at >= two.length) return true;
  const [a, b] = [one[at], two[at]];
  return a.time === b.time ? keyOf(a) < keyOf(b) : a.time < b.time;
}

/** First line of the file. */
const VERSION = 1;
const HEAD = new RegExp(`^sidestream-profile ${VERSION} ([0-9a-f]{64})\n$`);
const ANY_VERSION = /^sidestream-profile (\d{1,9}) /;
const HEAD_LENGTH = 86;
/** Replaces the digest if the page cannot hash (plain http); such a file is read unchecked. */
const NO_DIGEST = '0'.repeat(64);
/** Maximum size of a log, bytes. A device cuts its log at a third of that. */
const MAX_BYTES = 16 * 2 ** 20;

const logSchema = exactObject({
  /** Whether it contains every event that the profile was learned from. */
  whole: v.boolean(),
  /** Oldest first. Placements and prices stay on the device that counted them. */
  events: v.array(exactObject({ ...eventFields, time: storedTime, transactionId: detailFields.transactionId })),
});
export type ExportedLog = v.InferOutput<typeof logSchema>;

export interface ExportedProfile {
  profile: Profile;
  log: ExportedLog;
}

/** Whether a log contains every event that a profile was learned from. @param events oldest first */
export function isWhole({ firstEvent }: Pick<Profile, 'firstEvent'>, events: readonly LoggedEvent[]): boolean {
  const first = events[0]?.id ?? Number.MAX_SAFE_INTEGER;
  return first <= firstEvent;
}

/** @param events the log up to the profile's last event, oldest first */
export async function encodeExport(profile: Profile, events: readonly LoggedEvent[]): Promise<Uint8Array<ArrayBuffer>> {
  const log: ExportedLog = {
    whole: isWhole(profile, events),
    events: events.map(({ type, itemId, time, transactionId }) => ({ type, itemId, time, transactionId })),
  };
  const file = await (await profileFiles()).encodeProfile(profile);
  const body = joinBytes([new TextEncoder().encode(`${JSON.stringify(log)}\n`), file]);
  const digest = canHash() ? await sha256(body) : NO_DIGEST;
  return joinBytes([new TextEncoder().encode(`sidestream-profile ${VERSION} ${digest}\n`), body]);
}

/** @throws SidestreamError `store/newer-schema` when newer code wrote it, `store/corrupt` when it is damaged */
export async function decodeExport(bytes: Uint8Array): Promise<ExportedProfile> {
  const { decodeProfile } = await profileFiles();
  const head = new TextDecoder().decode(bytes.subarray(0, HEAD_LENGTH));
  const digest = HEAD.exec(head)?.[1];
  if (digest === undefined) {
    const version = ANY_VERSION.exec(head)?.[1];
    if (version !== undefined && Number(version) > VERSION) throw newer(version);
    throw damaged('it does not start like an exported profile');
  }
  const body = bytes.slice(HEAD_LENGTH);
  if (digest !== NO_DIGEST && canHash() && (await sha256(body)) !== digest) throw damaged('its checksum differs');
  const end = body.subarray(0, MAX_BYTES).indexOf(10);
  if (end < 0) throw damaged('its log has no end');
  const log = v.safeParse(logSchema, fromJson(body.subarray(0, end)));
  if (!log.success) {
    const [issue] = log.issues;
    throw damaged(`its log at ${v.getDotPath(issue) ?? 'its root'}: ${issue.message}`);
  }
  return { profile: await decodeProfile(body.slice(end + 1)), log: log.output };
}

/** Events of a file as part of a log. @param after id of the last event of that log */
export const importedEvents = (events: readonly NewEvent[], after: number): LoggedEvent[] =>
  events.map((event, n) => ({ ...event, id: after + 1 + n, imported: true }));

const newer = (version: string): SidestreamError =>
  new SidestreamError(
    'store/newer-schema',
    `The file is of version ${version}; this code knows ${VERSION}. Reload the page to get the newer code.`,
  );

const damaged = (what: string): SidestreamError =>
  new SidestreamError('store/corrupt', `The file is damaged: ${what}. Nothing was changed; export the profile again.`);
