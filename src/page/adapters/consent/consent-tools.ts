import { connectGoogle } from './google';
import { type ConsentReport, failure } from './report';
import { connectShopify } from './shopify';
import { connectTcf } from './tcf';
import { TOOLS, type Tool, type ToolLevel, type ToolListener, type ToolName, type ToolSettings } from './tool';

/** Time between two looks for tools that are loaded late, ms. */
const SEEK_INTERVAL = 200;

/** Receives what the tools say together. */
export interface ToolsListener {
  level(level: Exclude<ToolLevel, 'not-required'>, source: ToolName): void;
  report(report: ConsentReport): void;
}

/** What a tool has said so far; null while it is on the page and has said nothing. */
type Said = ToolLevel | null;

/**
 * What several tools say together, in whatever order they said it: a refusal wins; else one of them must stand by a yes. Tools
 * without an answer are passed over. A yes for which no answer is required says nothing about the shopper, so it waits for tools
 * that may still ask.
 * @param patient whether to wait for a tool that has said nothing yet
 * @returns the level and the tool it comes from; undefined while no tool has an answer
 */
function together(
  said: ReadonlyMap<ToolName, Said>,
  patient: boolean,
): { level: 'granted' | 'denied'; source: ToolName } | undefined {
  const saying = (level: ToolLevel): ToolName | undefined => TOOLS.find((name) => said.get(name) === level);
  const refusing = saying('denied');
  if (refusing) return { level: 'denied', source: refusing };
  // Google's default before an answer is on pages that ask by another tool, too.
  const asking = TOOLS.some((name) => {
    const level = said.get(name);
    return (level === 'pending' && name !== 'google') || (level === null && patient);
  });
  const granting = saying('granted') ?? (asking ? undefined : saying('not-required'));
  return granting && { level: 'granted', source: granting };
}

/**
 * Connects to one tool or, for `auto`, to all that are known.
 * @param wait time to look for a tool that is loaded late, and to wait for one that is silent, ms
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

  /** What was told last. */
  let told: ReturnType<typeof together>;
  /** @param refused whether a tool has just refused: that is told each time, as the page may have agreed since */
  const tell = (refused = false): void => {
    const before = told;
    // One that appears in silence takes no grant back.
    const next = together(said, patient && before?.level !== 'granted');
    told = next;
    if (next && (refused || next.level !== before?.level)) listener.level(next.level, next.source);
    // Nobody stands by the answer before.
    if (!next && before) listener.level('pending', before.source);
  };
  const listenerOf = (name: ToolName): ToolListener => ({
    found: () => void (said.has(name) || said.set(name, null)),
    level(level) {
      said.set(name, level);
      // All are asked before the first answer counts.
      if (connected) tell(level === 'denied');
    },
    ignored: (message, payload) => listener.report({ source: name, outcome: 'ignored', message, payload }),
    failed: (thrown) => listener.report(failure(name, null, thrown)),
  });
  const connect = (name: ToolName): Tool => {
    if (name === 'shopify') return connectShopify(listenerOf(name));
    if (name === 'tcf') return connectTcf(settings, listenerOf(name));
    return connectGoogle(settings, listenerOf(name), source === 'google');
  };
  let connected = false;
  const tools = names.map(connect);
  connected = true;
  tell();

  const seek = (): void => {
    for (const tool of tools) tool.seek?.();
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
