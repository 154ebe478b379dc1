import { html, type TemplateResult } from 'lit';
import type { Metrics, Recommender, Status } from '../../../../device/protocol';
import type { Words } from '../words';

/** The inspector, as its views see it. */
export interface InspectorHost {
  readonly recommender: Recommender;
  readonly status: Status;
  readonly metrics: Metrics;
  readonly words: Words;
  /** Level of the headings inside a view. */
  readonly level: number;
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

/** Whether an action of a view is running, which switches its buttons off. */
export class Busy {
  now = false;

  async run(host: InspectorHost, work: () => Promise<void>): Promise<void> {
    this.now = true;
    host.update();
    try {
      await work();
    } catch (thrown) {
      host.fail(thrown);
    } finally {
      this.now = false;
      host.update();
    }
  }
}

/** Rows of a table of figures. */
export const MAX_ROWS = 40;

/** The first sentence of a view. */
export const lead = (text: string): TemplateResult => html`<p class="lead" data-lead>${text}</p>`;
