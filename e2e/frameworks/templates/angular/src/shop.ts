import { Component, CUSTOM_ELEMENTS_SCHEMA, type OnDestroy, type OnInit, signal } from '@angular/core';
import type { Recommendation } from 'sidestream';
import { sharedRecommender } from 'sidestream/element';

@Component({
  selector: 'app-shop',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <h1>Good things</h1>
    <sidestream-recs bundle="/bundle/" heading="For you" href-template="#{id}"><a href="#p1">Red scarf</a></sidestream-recs>
    <ol id="own">
      @for (one of items(); track one.item.id) {
        <li>{{ one.item.title }}: {{ one.reason }}</li>
      }
    </ol>
  `,
})
export class Shop implements OnInit, OnDestroy {
  protected readonly items = signal<Recommendation[]>([]);
  #end = () => {};

  /** A list of the page's own, refreshed together with the element's. */
  async ngOnInit() {
    const recommender = await sharedRecommender({ bundle: '/bundle/' });
    const refresh = async () => this.items.set((await recommender.recommend({ limit: 3 })).items);
    this.#end = recommender.on('change', refresh);
    await refresh();
  }

  ngOnDestroy() {
    this.#end();
  }
}
