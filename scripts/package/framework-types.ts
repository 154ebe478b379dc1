import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Declaration } from './elements';

/**
 * Writes the types of the elements for the templates of frameworks, from `custom-elements.json`: the attributes,
 * properties and events of each, with their descriptions. Those of `sidestream/react` and `sidestream/vue` also have their component.
 */
export async function writeFrameworkTypes(folder: string, elements: Declaration[]): Promise<void> {
  for (const [name, write] of Object.entries({ jsx, vue, svelte, solid })) {
    await writeFile(join(folder, `${name}.d.ts`), `${[...importsOf(elements), ...write(elements)].join('\n')}\n`);
  }
  await writeFile(join(folder, 'react.d.ts'), `${react(elements).join('\n')}\n`);
  // The module behind the entries that contain only types.
  await writeFile(join(folder, 'types.js'), 'export {};\n');
}

/** The components for React. A server writes no properties and adds no listeners. */
function react(elements: Declaration[]): string[] {
  const list = elements.find(({ tag }) => tag === 'sidestream-recs');
  const inBrowsers = [
    ...(list?.properties ?? []).flatMap(({ name, attribute }) => (attribute ? [] : [`'${name}'`])),
    ...(list?.events ?? []).map(({ name }) => `'on${name}'`),
    "'ref'",
  ];
  return [
    "import type { ReactElement } from 'react';",
    "import type { SidestreamRecsProps } from './jsx.js';",
    "export { type FollowedList, type ListOptions, useRecommendations } from './react-client.js';",
    'export type { SidestreamRecsProps };',
    '',
    '/**',
    ' * `<sidestream-recs>` as a client component, which also sets properties and adds listeners where React hydrates. A server',
    ' * renders the attributes and the children.',
    ' */',
    'export declare function Recommendations(props: SidestreamRecsProps): ReactElement;',
    '/** Attributes and children of `<ServerRecommendations>`: a server has no listeners and no other properties. */',
    `export type ServerRecommendationsProps = Omit<SidestreamRecsProps, ${inBrowsers.join(' | ')}>;`,
    '/**',
    ' * `<sidestream-recs>` as a server component. The children, such as links to products, are the first list, also for search',
    ' * engines and shoppers without JavaScript.',
    ' */',
    'export declare function ServerRecommendations(props: ServerRecommendationsProps): ReactElement;',
  ];
}

/** Types of the events' details, by name, and of the elements. */
function importsOf(elements: Declaration[]): string[] {
  const details = elements.flatMap(({ events }) =>
    events.map(({ detail }) => /^CustomEvent<(\w+)>$/.exec(detail)?.[1]),
  );
  const apart = ['FindDetail', 'FindSubmitDetail', 'PickDetail'];
  const names = [...new Set(details)].filter((name) => name !== undefined && !apart.includes(name)).sort();
  return [
    `import type { ${names.join(', ')} } from './index.js';`,
    "import type { PickDetail } from './pick.js';",
    "import type { FindDetail, FindSubmitDetail } from './find.js';",
    "import type {} from './element.js';",
    "import type {} from './inspector.js';",
    "import type {} from './rows.js';",
  ];
}

/** React 19: values that a server can also write have attribute names; the rest are properties. */
function jsx(elements: Declaration[]): string[] {
  const props = elements.flatMap((element) => {
    const { name, attributes, properties, events } = element;
    const own = [
      ...attributes.flatMap(({ name, field, text }) => member(text, quoted(name), attributeOf(element, name, field))),
      ...properties
        .filter(({ attribute }) => !attribute)
        .flatMap(({ name, text }) => member(text, name, fieldOf(element, name))),
      ...events.flatMap(({ name, detail, text }) => member(text, quoted(`on${name}`), listener(detail))),
    ];
    const names = attributes.map(({ name }) => `'${name}'`).join(' | ');
    const base = `Omit<HTMLAttributes<${elementOf(element)}>, ${names}>, RefAttributes<${elementOf(element)}>`;
    return [
      `/** Attributes and properties of \`<${element.tag}>\`. */`,
      `export interface ${name}Props extends ${base} {`,
      ...own,
      '}',
    ];
  });
  const tags = elements.map(({ tag, name }) => `      '${tag}': ${name}Props;`);
  return [
    "import type { HTMLAttributes, RefAttributes } from 'react';",
    '',
    ...props,
    '',
    ...[
      "declare module 'react' {",
      '  namespace JSX {',
      '    interface IntrinsicElements {',
      ...tags,
      '    }',
      '  }',
      '}',
    ],
  ];
}

/** Vue: templates treat properties and attributes alike. */
function vue(elements: Declaration[]): string[] {
  const props = elements.flatMap((element) => [
    `/** Attributes and properties of \`<${element.tag}>\`. */`,
    `export interface ${element.name}Props extends /* @vue-ignore */ HTMLAttributes {`,
    ...element.properties.flatMap(({ name, text }) => member(text, name, fieldOf(element, name))),
    ...element.events.flatMap(({ name, detail, text }) =>
      member(text, quoted(`on${name[0].toUpperCase()}${name.slice(1)}`), listener(detail)),
    ),
    '}',
  ]);
  const tags = elements.map(({ tag, name }) => `    '${tag}': new () => { $props: ${name}Props };`);
  return [
    "import type { FunctionalComponent, HTMLAttributes as Attributes } from 'vue';",
    "export { type FollowedList, type ListOptions, useRecommendations } from './vue-client.js';",
    '',
    '/** `<sidestream-recs>` as a component, which needs no `isCustomElement`. A server renders the attributes and the slot. */',
    'export declare const Recommendations: FunctionalComponent<SidestreamRecsProps>;',
    '',
    // Listeners of platform events whose details differ here.
    "type HTMLAttributes = Omit<Attributes, 'onError' | 'onProgress'>;",
    '',
    ...props,
    '',
    ...["declare module 'vue' {", '  interface GlobalComponents {', ...tags, '  }', '}'],
  ];
}

/** Svelte 5: attributes for values that a server writes, properties for the rest; listeners are attributes. */
function svelte(elements: Declaration[]): string[] {
  const props = elements.flatMap((element) => {
    const { attributes, properties, events } = element;
    const named = attributes.map((attribute) => attribute.name);
    const own = [
      ...attributes.flatMap(({ name, field, text }) => member(text, quoted(name), attributeOf(element, name, field))),
      ...properties
        .filter((property) => !named.includes(property.name))
        .flatMap(({ name, text }) => member(text, name, fieldOf(element, name))),
      ...events.flatMap(({ name, detail, text }) => member(text, quoted(`on${name}`), listener(detail))),
    ];
    return propsOf(element, 'HTMLAttributes', [...named, ...events.map((event) => `on${event.name}`)], own);
  });
  const tags = elements.map(({ tag, name }) => `    '${tag}': ${name}Props;`);
  return [
    "import type { HTMLAttributes } from 'svelte/elements';",
    '',
    ...props,
    '',
    ...["declare module 'svelte/elements' {", '  interface SvelteHTMLElements {', ...tags, '  }', '}'],
  ];
}

/**
 * Solid 1.9: on a custom element, an expression sets the property with the attribute's name in camel case, and a text without braces sets
 * the attribute. `prop:`, `attr:`, `bool:` and `on:` say which of them is meant.
 */
function solid(elements: Declaration[]): string[] {
  const props = elements.flatMap((element) => {
    const { attributes, properties, events } = element;
    const field = (of: string): string => fieldOf(element, of);
    const handler = (kind: string, detail: string): string => `JSX.${kind}<${elementOf(element)}, ${detail}>`;
    const own = [
      ...attributes.flatMap(({ name, field: of, type, text }) => [
        ...member(text, quoted(name), field(of)),
        ...(type === 'boolean'
          ? member(text, `'bool:${name}'`, 'boolean')
          : member(text, `'attr:${name}'`, `Written<${field(of)}>`)),
      ]),
      ...properties.filter(({ attribute }) => !attribute).flatMap(({ name, text }) => member(text, name, field(name))),
      ...properties.flatMap(({ name, text }) => member(text, `'prop:${name}'`, field(name))),
      ...events.flatMap(({ name, detail, text }) => [
        ...member(text, quoted(`on${name}`), handler('EventHandlerUnion', detail)),
        ...member(text, `'on:${name}'`, handler('EventHandlerWithOptionsUnion', detail)),
      ]),
    ];
    // Listeners of platform events whose details differ here.
    const listeners = events.flatMap(({ name }) => [
      `on${name}`,
      `on${name[0].toUpperCase()}${name.slice(1)}`,
      `on:${name}`,
    ]);
    return propsOf(element, 'JSX.HTMLAttributes', [...attributes.map(({ name }) => name), ...listeners], own);
  });
  const tags = elements.map(({ tag, name }) => `      '${tag}': ${name}Props;`);
  return [
    "import type { JSX } from 'solid-js';",
    '',
    '/** A value as the text of an attribute: lists and objects as JSON. */',
    'type Written<T> = [Extract<T, string | number>] extends [never] ? string : Extract<T, string | number>;',
    '',
    ...props,
    '',
    ...[
      "declare module 'solid-js' {",
      '  namespace JSX {',
      '    interface IntrinsicElements {',
      ...tags,
      '    }',
      '  }',
      '}',
    ],
  ];
}

const elementOf = ({ tag }: Declaration): string => `HTMLElementTagNameMap['${tag}']`;
const fieldOf = (element: Declaration, field: string): string => `${elementOf(element)}['${field}']`;
/** A name without a property can only be an attribute, and therefore never a list or an object. */
const attributeOf = (element: Declaration, name: string, field: string): string =>
  name.includes('-') ? `Extract<${fieldOf(element, field)}, string | number | boolean>` : fieldOf(element, field);
const listener = (detail: string): string => `(event: ${detail}) => void`;
const quoted = (name: string): string => (/^\w+$/.test(name) ? name : `'${name}'`);

/**
 * The interface of an element's attributes and properties.
 * @param base attributes of every element in the framework
 * @param omitted names among them to which the element gives another type
 * @param own lines of its members
 */
function propsOf(element: Declaration, base: string, omitted: string[], own: string[]): string[] {
  const names = omitted.map((name) => `'${name}'`).join(' | ');
  return [
    `/** Attributes and properties of \`<${element.tag}>\`. */`,
    `export interface ${element.name}Props extends Omit<${base}<${elementOf(element)}>, ${names}> {`,
    ...own,
    '}',
  ];
}

function member(text: string, name: string, type: string): string[] {
  return [`  /** ${text.replace(/\s+/g, ' ')} */`, `  ${name}?: ${type};`];
}
