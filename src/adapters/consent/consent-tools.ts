import { connectGoogle } from './google';
import { type ConsentReport, failure } from './report';
import { connectShopify } from './shopify';
import { connectTcf } from './tcf';
import { TOOLS, type Tool, type ToolLevel, type ToolListener, type ToolName, type ToolSettings } from './tool';

/** Time between two looks for tools that are loaded late, ms. */
const SEEK_INTERVAL = 200;

/** Receives what the tools say together. */
export interface ToolsListener {
  level(level: ToolLevel, source: ToolName): void;
  report(report: ConsentReport): void;
}

/**
 * Connects to one tool or, for `auto`, to all that are known: the first in the order of `TOOLS` that is on the page decides. One
 * that is loaded later, and has no answer yet, does not take back the answer of another.
 * @param wait time to look for a tool that is loaded late, ms
 * @returns a function that disconnects
 */
export function connectTools(
  source: ToolName | 'auto',
  settings: ToolSettings,
  wait: number,
  listener: ToolsListener,
): () => void {
  const names = source === 'auto' ? TOOLS : [source];
  const levels = new Map<ToolName, ToolLevel>();
  const found = new Set<ToolName>();

  /** The tool whose answer was told last. */
  let teller: ToolName | undefined;
  const tell = (): void => {
    const first = names.find((name) => found.has(name));
    const level = first && levels.get(first);
    if (!first || !level) return;
    if (level === 'pending' && teller !== undefined && teller !== first) return;
    if (level !== 'pending') teller = first;
    listener.level(level, first);
  };
  const listenerOf = (name: ToolName): ToolListener => ({
    found: () => found.add(name),
    level(level) {
      levels.set(name, level);
      // All are asked before the first answer counts.
      if (connected) tell();
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
    if (found.size > 0) return;
    const message = `no consent tool (${names.join(', ')}) was found on the page in ${wait} ms; the consent stays as it is`;
    listener.report({ source: source === 'auto' ? null : source, outcome: 'not-found', message });
  }, wait);
  return () => {
    clearInterval(seeking);
    clearTimeout(waiting);
    for (const tool of tools) tool.disconnect();
  };
}
