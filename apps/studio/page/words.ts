import type { EncodeBackend, LearnReport, Progress } from '../session';

/** A number with the signs between its thousands. */
export const count = (value: number): string => value.toLocaleString('en');

/** A price. @param currency its code; empty if it is not known */
export const amount = (price: number, currency: string): string =>
  price.toLocaleString(
    'en',
    currency ? { style: 'currency', currency } : { minimumFractionDigits: 2, maximumFractionDigits: 2 },
  );

/** A number with its noun: `1 product`, `1,204 products`. @param plural default: the singular with an s */
export const counted = (value: number, singular: string, plural = `${singular}s`): string =>
  `${count(value)} ${value === 1 ? singular : plural}`;

/** The remaining time, rounded as coarsely as such an estimate is; nothing until it is known. */
export function timeLeft(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return '';
  if (seconds < 2) return 'nearly done';
  const rounded = Math.ceil(seconds / 5) * 5;
  if (rounded < 60) return `about ${rounded} seconds left`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `about ${counted(minutes, 'minute')} left`;
  const hours = Math.floor(minutes / 60);
  const rest = Math.floor((minutes % 60) / 5) * 5;
  return `about ${counted(hours, 'hour')}${rest === 0 ? '' : ` ${rest} minutes`} left`;
}

/** How long something took. */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return counted(whole, 'second');
  const rest = whole % 60;
  return `${counted(Math.floor(whole / 60), 'minute')}${rest === 0 ? '' : ` ${counted(rest, 'second')}`}`;
}

export function fileSize(bytes: number): string {
  if (bytes < 1000) return counted(bytes, 'byte');
  if (bytes < 1e6) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A share as a percentage: `12.3 %`. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The parts of a line about progress: the stage with its numbers, the speed, the remaining time. */
export function progressWords({ stage, done, total, unit, perSecond, secondsLeft }: Progress): string[] {
  const said = unit === 'bytes' ? fileSize : count;
  const numbers = total > 0 ? `: ${said(done)} of ${said(total)}` : done > 0 ? `: ${said(done)}` : ' …';
  const rate = perSecond === null || unit === 'bytes' || perSecond >= 10 ? Math.round(perSecond ?? 0) : null;
  const speed = perSecond === null ? '' : `${rate === null ? perSecond.toFixed(1) : said(rate)} a second`;
  return [`${stage}${numbers}`, speed, timeLeft(secondsLeft)].filter((part) => part !== '');
}

/** Number of times that progress within a stage is said aloud. */
const ANNOUNCEMENTS = 4;

/** Announcement of a screen reader when progress moves on: a new stage, and every quarter of it; null for nothing. */
export function progressSpoken(before: Progress | null, now: Progress): string | null {
  const part = ({ done, total }: Progress): number => (total > 0 ? Math.floor((ANNOUNCEMENTS * done) / total) : 0);
  if (before?.stage !== now.stage) return `${now.stage} …`;
  const passed = part(now);
  if (passed <= part(before) || passed >= ANNOUNCEMENTS) return null;
  return [`${now.stage}: ${(100 * passed) / ANNOUNCEMENTS} % done`, timeLeft(now.secondsLeft)]
    .filter(Boolean)
    .join(', ');
}

/** Where the encoders run, and why there. */
export function backendWords({ kind, workers, why }: EncodeBackend): string {
  const place =
    kind === 'webgpu'
      ? 'On this computer’s graphics processor (WebGPU)'
      : `On this computer’s processor${workers === 1 ? '' : `, in ${counted(workers, 'worker')}`}`;
  return why === null ? `${place}.` : `${place}, because ${withinSentence(why)}.`;
}

/** A reason as the end of a sentence: `there is no WebGPU adapter` for `no WebGPU adapter`. */
const withinSentence = (reason: string): string => reason.replace(/\.$/, '').replace(/^no /, 'there is no ');

/** The name of a language in English: `German` for `de`; the tag itself if it has no name. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

const day = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' });

/** The days from one time to another, milliseconds since 1970. */
export const days = (from: number, until: number): string => {
  const [first, last] = [day.format(from), day.format(until)];
  return first === last ? first : `${first} to ${last}`;
};

/** How each rival of the side model is called in a sentence. */
const RIVALS = {
  popularity: 'a list of bestsellers',
  'item-knn': 'a list of products chosen together',
} as const;

/** Number of standard errors beyond which a difference is not chance. */
const CLEAR = 2;

/** The result of learning in one sentence: whether the side model is better than simpler lists for shoppers it never saw. */
export function learnedSentence({ gain, stopped }: Pick<LearnReport, 'gain' | 'stopped'>): string {
  if (gain === null && stopped)
    return 'The side model has learned from your log. It was stopped before it was compared with simpler lists.';
  if (gain === null)
    return 'The side model has learned from your log. The log has too few shoppers to set some aside, so its quality is not measured.';
  const { mean, error, rival, shoppers } = gain;
  const people = counted(shoppers, 'shopper that it never saw', 'shoppers that it never saw');
  const points = `${Math.abs(100 * mean).toFixed(1)} percentage points`;
  if (mean > CLEAR * error)
    return `The side model helps: for ${people}, the next choice is among its first ten products ${points} more often than with ${RIVALS[rival]}.`;
  if (mean < -CLEAR * error)
    return `The side model does not help yet: for ${people}, the next choice is among its first ten products ${points} less often than with ${RIVALS[rival]}. ${stopped ? 'It was stopped: trained to the end, it may.' : 'A longer log may change that.'}`;
  return `The side model and ${RIVALS[rival]} are about equally good: for ${people}, the difference is within chance. A longer log may show one.`;
}
