import * as v from 'valibot';
import { cell, sentence } from './markdown';

const named = { name: v.string(), description: v.optional(v.string(), '') };
const typed = { ...named, type: v.optional(v.object({ text: v.string() })), default: v.optional(v.string()) };
/** The part of `custom-elements.json` that the page shows. */
const manifestSchema = v.object({
  modules: v.array(
    v.object({
      declarations: v.array(
        v.object({
          ...named,
          tagName: v.string(),
          summary: v.optional(v.string(), ''),
          attributes: v.optional(v.array(v.object({ ...typed, fieldName: v.string() })), []),
          members: v.optional(
            v.array(
              v.object({
                ...typed,
                kind: v.string(),
                privacy: v.optional(v.string()),
                static: v.optional(v.boolean()),
                attribute: v.optional(v.string()),
                parameters: v.optional(v.array(v.object({ name: v.string() })), []),
              }),
            ),
            [],
          ),
          slots: v.optional(v.array(v.object(named)), []),
          events: v.optional(v.array(v.object(typed)), []),
          cssParts: v.optional(v.array(v.object(named)), []),
          cssProperties: v.optional(v.array(v.object(typed)), []),
        }),
      ),
    }),
  ),
});

/** @returns a page of Markdown with every element: attributes, properties, methods, events, slots, parts and CSS properties */
export function elementReference(manifest: unknown): string {
  const { modules } = v.parse(manifestSchema, manifest);
  const elements = modules.flatMap(({ declarations }) => declarations);
  // The element that most pages use comes first.
  elements.sort((one, other) => rank(one.tagName) - rank(other.tagName) || (one.tagName < other.tagName ? -1 : 1));
  const sections = elements.flatMap((element) => {
    const properties = element.members.filter(
      ({ kind, privacy, static: ofClass, attribute, name }) =>
        kind === 'field' &&
        (privacy ?? 'public') === 'public' &&
        !ofClass &&
        attribute === undefined &&
        !name.startsWith('#'),
    );
    const methods = element.members.filter(
      ({ kind, privacy, description }) => kind === 'method' && privacy === undefined && description !== '',
    );
    return [
      `## \`<${element.tagName}>\``,
      '',
      sentence(element.description || element.summary),
      '',
      ...table('Attributes', ['attribute', 'type', 'default', 'meaning'], element.attributes.map(row)),
      ...table('Properties', ['property', 'type', 'default', 'meaning'], properties.map(row)),
      ...table(
        'Methods',
        ['method', 'does'],
        methods.map(({ name, parameters, description }) => [
          code(`${name}(${parameters.map((parameter) => parameter.name).join(', ')})`),
          description,
        ]),
      ),
      ...table(
        'Events',
        ['event', 'type', 'when'],
        element.events.map(({ name, type, description }) => [code(name), code(type?.text), description]),
      ),
      ...table(
        'Slots',
        ['slot', 'content'],
        element.slots.map(({ name, description }) => [name ? code(name) : 'without a name', description]),
      ),
      ...table(
        'Parts',
        ['part', 'meaning'],
        element.cssParts.map(({ name, description }) => [code(name), description]),
      ),
      ...table(
        'CSS properties',
        ['property', 'default', 'meaning'],
        element.cssProperties.map((property) => [code(property.name), code(property.default), property.description]),
      ),
    ];
  });
  return [
    '# The elements',
    '',
    'Editors read the same information from `custom-elements.json` of the package. Properties have the names of attributes in camel case.',
    '',
    ...sections,
  ].join('\n');
}

const rank = (tag: string): number => (tag === 'sidestream-recs' ? 0 : 1);

const row = (field: { name: string; type?: { text: string }; default?: string; description: string }): string[] => [
  code(field.name),
  code(field.type?.text),
  code(field.default),
  field.description,
];

const code = (text: string | undefined): string => (text ? `\`${text.replace(/\s+/g, ' ')}\`` : '');

function table(heading: string, columns: string[], rows: string[][]): string[] {
  if (rows.length === 0) return [];
  return [
    `### ${heading}`,
    '',
    `| ${columns.join(' | ')} |`,
    `| ${columns.map(() => '---').join(' | ')} |`,
    ...rows.map((cells) => `| ${cells.map(cell).join(' | ')} |`),
    '',
  ];
}
