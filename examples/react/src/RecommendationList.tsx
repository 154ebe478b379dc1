import { useEffect, useEffectEvent, useRef } from 'react';
import type { Placement, Recommendation, RecommendResponse } from 'sidestream';
import { useRecommendations } from 'sidestream/react';
import { BUNDLE, track } from './recommender';

interface Props {
  placement: Placement;
  itemId?: string;
  heading: string;
}

/** A list with the shop's own cards, which tracks impressions and clicks. */
export function RecommendationList({ placement, itemId, heading }: Props) {
  const { list, error } = useRecommendations({ bundle: BUNDLE, placement, itemId, limit: 6 });
  if (error && !list) return null;
  return (
    <section aria-busy={!list} aria-label={heading} data-placement={placement}>
      <h2>{heading}</h2>
      <ul className="cards">
        {list?.items.map((place) => (
          <Card key={place.item.id} list={list} place={place} />
        ))}
      </ul>
    </section>
  );
}

function Card({ list, place }: { list: RecommendResponse; place: Recommendation }) {
  const card = useRef<HTMLLIElement>(null);
  const { item, position, reason, source } = place;
  // These details attribute a click, and a later purchase, to this list.
  const details = { placement: list.placement, position, recommendationId: list.id };
  const seen = useEffectEvent(() => track('impression', item.id, details));

  useEffect(() => {
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry.isIntersecting) return;
        observer.disconnect();
        seen();
      },
      { threshold: 0.5 },
    );
    if (card.current) observer.observe(card.current);
    return () => observer.disconnect();
  }, []);

  return (
    <li data-id={item.id} data-source={source} ref={card}>
      <a href={`#/p/${encodeURIComponent(item.id)}`} onClick={() => track('click', item.id, details)}>
        {item.image ? <img alt="" src={item.image} /> : <span className="blank" />}
        <strong>{item.title}</strong>
      </a>
      {reason && <small>{reason}</small>}
    </li>
  );
}
