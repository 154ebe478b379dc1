import { connectGoogle } from './google';
import { connectShopify } from './shopify';
import { connectTcf } from './tcf';
import {
  type ConsentReport,
  failure,
  TOOLS,
  type Tool,
  type ToolLevel,
  type ToolListener,
  type ToolName,
  type ToolSettings,
} from './tool';
import { connectWordPress } from './wordpress';

/** Time between two searches for tools that load late, ms. */
const SEEK_INTERVAL = 200;

/** Receives the combined answer of the tools. */
interface ToolsListener {
  give(level: Exclude<ToolLevel, 'not-required'>, source: ToolName): void;
  report(report: ConsentReport): void;
}

/** The latest answer of a tool; null while it is on the page but has not answered. */
type Said = ToolLevel | null;

/**
 * The combined answer of several tools, regardless of their order: a refusal wins; otherwise one tool must have an explicit yes.
 * Tools without an answer are skipped. A yes that needed no answer says nothing about the shopper, so it waits for tools that may
 * still ask.
 * @param patient whether to wait for a tool that has not answered yet
 * @returns the level and the tool it comes from; undefined while no tool has an answer
 */
function together(
  said: ReadonlyMap<ToolName, Said>,
  patient: boolean,
): { level: 'granted' | 'denied'; source: ToolName } | undefined {
  const saying = (level: ToolLevel): ToolName | undefined => TOOLS.find((name) => said.get(name) === level);
  const refusing = saying('denied');
  if (refusing) return { level: 'denied', source: refusing };
  // Pages that ask through another tool also have Google's default from before an answer.
  const asking = TOOLS.some((name) => {
    const level = said.get(name);
    return (level === 'pending' && name !== 'google') || (level === null && patient);
  });
  const granting = saying('granted') ?? (asking ? undefined : saying('not-required'));
  return granting && { level: 'granted', source: granting };
}

/**
 * Connects to one tool or, for `auto`, to all known tools.
 * @param wait how long to look for a tool that loads late, and to wait for one that does not answer, ms
 * @returns a function that disconnects
 */
export function connectTools(
  source: ToolName | 'auto',
  settings: ToolSettings,
  wait: number,
  listener: ToolsListener,
): () => void {
  const names = source === 'auto' ? TOOLS : [source];
  const said = new Map<ToolName, Said>();
  let patient = true;

  let told: ReturnType<typeof together>;
  /** @param refused whether a tool has just refused: refusals are passed on every time, because the page may have agreed since */
  const tell = (refused = false): void => {
    const before = told;
    // A tool that appears without an answer does not withdraw a grant.
    const next = together(said, patient && before?.level !== 'granted');
    told = next;
    if (next && (refused || next.level !== before?.level)) listener.give(next.level, next.source);
    // No tool confirms the earlier answer any more.
    if (!next && before) listener.give('pending', before.source);
  };
  const listenerOf = (name: ToolName): ToolListener => ({
    found: () => void (said.has(name) || said.set(name, null)),
    level(level) {
      said.set(name, level);
      // Every tool is asked before the first answer counts.
      if (connected) tell(level === 'denied');
    },
    ignored: (message, payload) => listener.report({ source: name, outcome: 'ignored', message, payload }),
    failed: (thrown) => listener.report(failure(name, null, thrown)),
  });
  const connect: Record<ToolName, (listener: ToolListener) => Tool> = {
    shopify: connectShopify,
    tcf: (tool) => connectTcf(settings, tool),
    google: (tool) => connectGoogle(settings, tool, source === 'google'),
    wordpress: connectWordPress,
  };
  let connected = false;
  const tools = names.map((name) => connect[name](listenerOf(name)));
  connected = true;
  tell();

  const seek = (): void => {
    for (const tool of tools) tool.seek();
  };
  const seeking = setInterval(seek, SEEK_INTERVAL);
  const waiting = setTimeout(() => {
    clearInterval(seeking);
    patient = false;
    tell();
    if (said.size > 0) return;
    const message = `no consent tool (${names.join(', ')}) was found on the page in ${wait} ms; the consent stays as it is`;
    listener.report({ source: source === 'auto' ? null : source, outcome: 'not-found', message });
  }, wait);
  return () => {
    clearInterval(seeking);
    clearTimeout(waiting);
    for (const tool of tools) tool.disconnect();
  };
}
