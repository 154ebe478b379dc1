import type { ExpertView, Frame } from './frame';
import { CHAPTERS } from './script';

/** The scripted shopper's name. */
export const SHOPPER = 'Mia';

export const chapterTitles = ([first, second]: readonly [string, string]): string[] => [
  `${SHOPPER} likes ${low(first)}`,
  `${SHOPPER} turns to ${low(second)}`,
  `${SHOPPER} comes back to ${low(first)}`,
];

/** The chosen product, and where it was found. */
export function choiceText({ chosen, position }: Frame): string {
  if (!chosen) return `${SHOPPER} has just come in. Nothing is known about her, so the list has a bit of everything.`;
  const choice = `${SHOPPER} chooses “${chosen.title}”`;
  return position === null ? `${choice} from the shelf.` : `${choice}, number ${position + 1} in her list.`;
}

export function listText(frame: Frame, before: Frame | undefined, tastes: readonly [string, string]): string {
  const [first, second] = frame.counts;
  const are = (count: number): string => (count === 1 ? 'is' : 'are');
  const now = `Now ${first} of ${frame.list.length} ${are(first)} ${low(tastes[0])} and ${second} ${are(second)} ${low(tastes[1])}.`;
  if (!before) return now;
  const fresh = frame.list.filter(({ id }) => !before.list.some((item) => item.id === id)).length;
  const changes =
    fresh === 0
      ? 'The list stays the same.'
      : `${fresh} ${fresh === 1 ? 'product is' : 'products are'} new in the list.`;
  return `${changes} ${now}`;
}

/** Changes of the experts, if there are any worth telling. */
export function expertText(frame: Frame, before: Frame | undefined): string {
  if (!before) return '';
  const were = new Map(before.experts.map(({ id, state }) => [id, state]));
  const kept = frame.experts.some(({ id, state }) => state !== 'candidate' && were.get(id) === 'candidate');
  const back = frame.experts.find(({ id, state }) => state === 'active' && were.get(id) === 'frozen');
  const aside = frame.experts.find(({ id, state }) => state === 'frozen' && were.get(id) !== 'frozen');
  return [
    kept ? 'An expert on trial predicted this best, so it is kept and continues to learn.' : '',
    back ? `The expert for ${low(back.subject)} is back as it was.` : '',
    aside ? `The expert for ${low(aside.subject)} is set aside.` : '',
  ]
    .filter(Boolean)
    .join(' ');
}

export const ROLES: Readonly<Record<ExpertView['state'], string>> = {
  generalist: 'learns from every choice',
  active: 'kept, and learns now',
  frozen: 'kept, and set aside for now',
  candidate: 'on trial: begins with just one recent choice',
};

export const nameText = (expert: ExpertView): string =>
  expert.state === 'generalist' ? 'All-rounder' : `Expert for ${low(expert.subject)}`;

/** The result of the visit, in its own figures; empty before the end of the script. */
export function summaryText(frames: readonly Frame[], tastes: readonly [string, string]): string {
  const [, back, again] = [0, 1, 2].map((chapter) => frames.filter((frame) => frame.chapter === chapter));
  const last = again?.at(-1);
  if (!back || !again || !last || again.length < (CHAPTERS[2]?.choices ?? 0)) return '';
  const away = back.at(-1)?.counts[0] ?? 0;
  const times = frames.slice(1).map(({ duration }) => duration);
  const median = [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  return (
    `${SHOPPER} never said what she likes. The list followed her to ${low(tastes[1])}, and ${again.length} choices after she ` +
    `came back ${last.counts[0]} of its ${last.list.length} products were ${low(tastes[0])}, instead of ${away}. Each choice took ` +
    `about ${Math.max(1, Math.round(median))} ms, in this browser.`
  );
}

/** Names of categories within a sentence. */
export const low = (name: string): string => name.toLocaleLowerCase('en');
