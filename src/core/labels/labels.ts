import type { ENGLISH, ENGLISH_REASONS } from './locales/en';

type Holding<Name extends string> = (
  Name extends string
    ? (text: `${string}{${Name}}${string}`) => void
    : never
) extends (text: infer All) => void
  ? All
  : never;

/** A text that must contain each of its placeholders: `Text<'title'>` is a text such as `{title} is back in the list.` */
export type Text<Placeholder extends string> = string & Holding<Placeholder>;

/** Names of the placeholders in a text. */
type Placeholders<Of extends string> = Of extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** A text about a number: in its two forms, or in one that fits all numbers. */
export type Counted<One extends string = string, Other extends string = string> = { one: One; other: Other } | Other;

/** English texts in any language, each with the placeholders of the English one. */
export type Translated<Texts> = {
  -readonly [Name in keyof Texts]: Texts[Name] extends string
    ? Text<Placeholders<Texts[Name]>>
    : Texts[Name] extends { one: infer One extends string; other: infer Other extends string }
      ? Counted<Text<Placeholders<One>>, Text<Placeholders<Other>>>
      : Translated<Texts[Name]>;
};

export type PageTexts = Translated<typeof ENGLISH>;
export type ReasonTexts = Translated<typeof ENGLISH_REASONS>;

/**
 * All texts of the elements in one language. A right-to-left language isolates names in its sentences,
 * `\u2068{title}\u2069`: a title in Latin letters would otherwise turn the quotation marks or brackets around it.
 */
export interface Labels extends PageTexts {
  /** Worded in the worker. */
  reasons: ReasonTexts;
}
