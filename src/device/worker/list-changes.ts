/** Announces that lists are different from now on. The part that changes them does not know its subscribers. */
export class ListChanges {
  readonly #subscribers: (() => void)[] = [];

  /** Subscribers are called in the order in which they subscribed. */
  subscribe(onChange: () => void): void {
    this.#subscribers.push(onChange);
  }

  announce(): void {
    for (const onChange of this.#subscribers) onChange();
  }
}
