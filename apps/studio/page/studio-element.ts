import { html, nothing, type TemplateResult } from 'lit';
import { SessionElement } from '../../demo/session-element';
import type { Columns } from '../files/columns';
import type { DroppedFile, StudioState } from '../session';
import type { Running, StudioSession, Task } from './studio-session';
import { alertOf, columnMenus, progressBar } from './templates';

/** A part of Studio's page. */
export class StudioElement extends SessionElement<StudioSession> {
  protected get state(): StudioState {
    return this.session.state;
  }

  /** Moves the focus to a button that took the place of the one pressed, or to a heading. */
  protected async focusOn(selector: string): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>(selector)?.focus();
  }

  /**
   * Does work whose button becomes one that ends it, which takes the focus; at the end, the result does, unless it ended without one.
   * @param ended whether there is no result
   */
  protected async focusDuring(work: Promise<void>, ended: () => boolean): Promise<void> {
    await this.focusOn('.row .button');
    await work;
    // A user who has moved elsewhere stays there.
    const { activeElement } = document;
    const isHere = this.contains(activeElement) && activeElement?.matches('.button');
    if (activeElement !== document.body && !isHere) return;
    await this.focusOn(ended() ? '.row .button' : '.result');
  }

  /** Shows what was read, or why it could not be. */
  protected async focusRead(task: Task, selector: string): Promise<void> {
    if (this.session.failureOf(task)) return this.showAlert();
    this.querySelector('.again')?.removeAttribute('open');
    await this.focusOn(selector);
  }

  protected running(task: Task): Running | null {
    return this.session.running?.task === task ? this.session.running : null;
  }

  /** How far the reading of files is, or why they could not be read. @param files what is read, within a sentence */
  protected reading(task: Task, files: string): TemplateResult {
    const running = this.running(task);
    return html`
      ${running ? progressBar(`Reading the ${files}`, running.progress) : nothing}
      ${alertOf(`The ${files} could not be read.`, this.session.failureOf(task))}`;
  }

  /** Menus for the columns of the file that was read last. @param found the columns that are found by their names */
  protected columns(
    task: 'catalogue' | 'log',
    labels: Readonly<Record<string, string>>,
    found: (columns: readonly string[]) => Columns,
    read: (files: DroppedFile[], chosen: Columns) => unknown,
  ): TemplateResult | typeof nothing {
    const { read: known, running } = this.session;
    const last = known[task];
    if (!last || running) return nothing;
    const menus = { ...last, found: found(last.columns) };
    return columnMenus(labels, menus, this.session.failureOf(task) !== null, (chosen) => read(last.files, chosen));
  }

  /** Scrolls an alert into view; a screen reader reads it anyway. */
  protected async showAlert(): Promise<void> {
    await this.updateComplete;
    this.querySelector('.alert')?.scrollIntoView({ block: 'nearest' });
  }
}
