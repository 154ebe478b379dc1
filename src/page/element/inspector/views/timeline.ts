import { html, nothing, type TemplateResult } from 'lit';
import { fill } from '../../../../core/labels';
import type { ListChange, Snapshot } from '../../../../device/protocol';
import { whyNothing } from '../words';
import { type InspectorHost, lead, type View } from './view';

/** When did it learn it? Each row is an earlier state, shows the effect of going back to it, and offers to do so. */
export class TimelineView implements View {
  /** Newest first; null until they are known. */
  #snapshots: Snapshot[] | null = null;
  /** Id of the open snapshot, if any. */
  #open: number | null = null;
  /** The effect of going back to it; null until it is known. */
  #change: ListChange | null = null;

  async load({ recommender }: InspectorHost): Promise<void> {
    this.#snapshots = (await recommender.profile.snapshots()).toReversed();
    const open = this.#snapshots.find(({ id }) => id === this.#open);
    if (open) this.#change = await recommender.status.inspect('snapshot', open.id);
    else this.#close();
  }

  render(host: InspectorHost): TemplateResult {
    const { status, words } = host;
    const { texts } = words;
    const reason = whyNothing(status, texts);
    if (reason) return lead(reason);
    if (!this.#snapshots) return html`<p class="note">${texts.waiting}</p>`;
    if (status.events === 0) return lead(texts.nothing);
    const { listNote, firstState } = texts.timeline;
    return html`
      <p class="note">${this.#snapshots.length > 0 ? listNote : firstState}</p>
      <ol part="timeline" class="timeline">
        ${this.#snapshots.map((snapshot) => this.#row(host, snapshot))}
      </ol>`;
  }

  #row(host: InspectorHost, snapshot: Snapshot): TemplateResult {
    const { id, choices, time } = snapshot;
    const { texts, formats } = host.words;
    const open = id === this.#open;
    const values = { number: formats.count(choices), moment: formats.moment(time) };
    return html`
      <li data-snapshot=${id}>
        <button class="row" type="button" aria-expanded=${open ? 'true' : 'false'} ?disabled=${host.busy} @click=${() => this.#toggle(host, id)}>
          <span class="what"><span class="name">${texts.timeline.kept}</span><span class="about">${fill(texts.timeline.afterChoice, values)}</span></span>
        </button>
        ${open ? this.#opened(host, snapshot) : nothing}
      </li>`;
  }

  #opened(host: InspectorHost, { id, choices }: Snapshot): TemplateResult {
    const change = this.#change;
    const { status, words } = host;
    const { texts, formats, counted } = words;
    const { timeline } = texts;
    if (!change) return html`<p class="opened note">${texts.waiting}</p>`;
    const { added, left, moved } = change;
    const undone = Math.max(0, status.events - choices);
    const changes = { left: formats.count(left), added: formats.count(added), moved: formats.count(moved) };
    return html`
      <div part="snapshot" class="opened" data-change>
        <p><strong data-change-words>${added + left + moved === 0 ? timeline.stays : fill(timeline.change, changes)}</strong>
        ${undone === 0 ? timeline.nothingSince : counted(timeline.wouldLose, undone)}</p>
        ${
          undone === 0
            ? nothing
            : html`<button class="button strong" type="button" data-testid="rollback" ?disabled=${host.busy} @click=${() => host.run(() => this.#goBack(host, id, formats.count(choices)))}>${fill(timeline.goBack, { number: formats.count(choices) })}</button>`
        }
      </div>`;
  }

  async #toggle(host: InspectorHost, id: number): Promise<void> {
    const again = this.#open === id;
    this.#close();
    host.update();
    if (again) return;
    this.#open = id;
    try {
      const change = await host.recommender.status.inspect('snapshot', id);
      if (this.#open === id) this.#change = change;
    } catch (thrown) {
      this.#close();
      host.fail(thrown);
    }
    host.update();
  }

  async #goBack(host: InspectorHost, id: number, number: string): Promise<void> {
    await host.recommender.profile.rollback(id);
    this.#close();
    await host.refresh();
    host.say(fill(host.words.texts.timeline.wentBack, { number }));
  }

  #close(): void {
    this.#open = null;
    this.#change = null;
  }
}
