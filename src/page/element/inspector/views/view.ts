import { html, type TemplateResult } from 'lit';
import type { Recommender, Status } from '../../../../device/protocol';
import type { Words } from '../words';

/** The inspector, as its views see it. */
export interface InspectorHost {
  readonly recommender: Recommender;
  readonly status: Status;
  readonly words: Words;
  /** Whether an action is running, which switches the buttons off. */
  readonly busy: boolean;
  /** Runs an action, and reports its failure. */
  run(action: () => Promise<void>): Promise<void>;
  heading(text: string): TemplateResult;
  update(): void;
  /** Renders the view again, then moves the focus to a part of it. */
  focus(selector: string): void;
  fail(thrown: unknown): void;
  /** Shows a message and announces it to screen readers. */
  say(text: string): void;
  refresh(): Promise<void>;
}

export interface View {
  /** Reads its data; to be called when the view is opened and after a change. */
  load(host: InspectorHost): Promise<void>;
  render(host: InspectorHost): TemplateResult;
}

/** The first sentence of a view. */
export const lead = (text: string): TemplateResult => html`<p class="lead" data-lead>${text}</p>`;
