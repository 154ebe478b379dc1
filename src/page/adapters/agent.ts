import type { AgentOptions, AgentRecommender, ModelContextTool } from './agent-tools';
import { EventSink } from './event-sink';
import { messageOf } from './report';

/** The part of WebMCP's `ModelContext` that registers tools: https://webmachinelearning.github.io/webmcp */
interface ModelContext {
  registerTool(tool: ModelContextTool, options: { signal: AbortSignal }): unknown;
}

/**
 * Offers the recommender to agents as tools of the page, in browsers with WebMCP: `recommend_products`, `find_products`,
 * `similar_products`, `explain_product` and, with `addToCart`, `add_to_cart`. In other browsers, and on a server, it does nothing and loads
 * nothing.
 *
 * Tools compute on this device; only their answers reach the agent. What the shopper chose is told (in reasons and explanations) only while
 * `consent` is `granted`. Calls of tools do not count as views, clicks or impressions.
 * @param recommender the recommender, or a promise of it while it starts
 * @returns a function that takes the tools away
 */
export function connectAgent(
  recommender: AgentRecommender | Promise<AgentRecommender>,
  options: AgentOptions = {},
): () => void {
  const context = modelContext();
  if (!context) return () => undefined;
  const sink = new EventSink(recommender, options);
  const ended = new AbortController();
  const disconnect = sink.connect(context, 'agent', () => ended.abort());
  const offer = async (): Promise<void> => {
    const ready = await recommender;
    if (ended.signal.aborted) return;
    const { toolsOf } = await import('./agent-tools');
    for (const tool of toolsOf(ready, options, sink)) {
      if (ended.signal.aborted) return;
      try {
        await context.registerTool(tool, { signal: ended.signal });
      } catch (thrown) {
        // Such as a tool of the shop with this name, or a policy of the page.
        if (!ended.signal.aborted) console.warn(`Sidestream: agents do not get ${tool.name}: ${messageOf(thrown)}`);
      }
    }
  };
  offer().catch((thrown: unknown) => console.warn(`Sidestream: agents get no tools: ${messageOf(thrown)}`));
  return disconnect;
}

function modelContext(): ModelContext | undefined {
  const context: unknown = typeof document === 'undefined' ? undefined : Reflect.get(document, 'modelContext');
  return isModelContext(context) ? context : undefined;
}

const isModelContext = (value: unknown): value is ModelContext =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'registerTool') === 'function';
