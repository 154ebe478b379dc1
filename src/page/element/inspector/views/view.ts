import type { TemplateResult } from 'lit';
import type { Metrics, Recommender, Status } from '../../../../device/protocol';
import type { Formats } from '../wording';

/** What a view gets of the inspector. */
export interface InspectorHost {
  readonly recommender: Recommender;
  readonly status: Status;
  readonly metrics: Metrics;
  readonly language: string | undefined;
  readonly formats: Formats;
  /** Level of the headings of the parts of a view. */
  readonly level: number;
  /** A heading of a part of a view. */
  heading(text: string): TemplateResult;
  /** Shows the view again. */
  update(): void;
  /** Shows the view again, then moves the focus to a part of it. */
  focus(selector: string): void;
  /** Shows and reports an error. */
  fail(thrown: unknown): void;
  /** Says something to those who do not see the view, and shows it. */
  say(text: string): void;
  /** Reads everything again. */
  refresh(): Promise<void>;
}

/** One of the inspector's views. */
export interface View {
  /** Reads what it shows; to be called when it is opened, and after a change. */
  load(host: InspectorHost): Promise<void>;
  render(host: InspectorHost): TemplateResult;
}
