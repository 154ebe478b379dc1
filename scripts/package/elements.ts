import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClassDeclaration, cli } from '@custom-elements-manifest/analyzer/cli.js';
import * as v from 'valibot';

/** The file of the package that defines each element. */
const PATHS: Record<string, string> = {
  'sidestream-recs': 'lib/element.js',
  'sidestream-inspector': 'lib/inspector.js',
  'sidestream-pick': 'lib/pick.js',
  'sidestream-find': 'lib/find.js',
  'sidestream-rows': 'lib/rows.js',
};

/** Attributes, properties and events of an element. */
export interface Declaration {
  tag: string;
  /** Name of the class. */
  name: string;
  attributes: { name: string; field: string; type: string; text: string }[];
  properties: { name: string; attribute?: string; text: string }[];
  events: { name: string; detail: string; text: string }[];
}

const described = { name: v.string(), description: v.optional(v.string(), '') };
/** The part of an element's declaration that its types need. */
const declarationSchema = v.object({
  ...described,
  tagName: v.string(),
  attributes: v.optional(
    v.array(v.object({ ...described, fieldName: v.string(), type: v.optional(v.object({ text: v.string() })) })),
    [],
  ),
  events: v.optional(v.array(v.object({ ...described, type: v.object({ text: v.string() }) })), []),
  members: v.optional(
    v.array(
      v.looseObject({
        ...described,
        kind: v.string(),
        privacy: v.optional(v.string()),
        attribute: v.optional(v.string()),
        readonly: v.optional(v.boolean()),
        static: v.optional(v.boolean()),
      }),
    ),
    [],
  ),
});

/** Writes `custom-elements.json`, which editors and catalogues of components read. @returns the elements described */
export async function writeElements(root: string, folder: string): Promise<Declaration[]> {
  // It writes the address of its file into package.json; if the folder is given, that is the existing entry.
  const argv = [
    'analyze',
    '--litelement',
    '--quiet',
    '--outdir',
    'lib',
    '--globs',
    'src/page/element/properties.ts',
    'src/page/element/*/sidestream-*.ts',
  ];
  const { modules, ...rest } = await cli({ argv, cwd: root, noWrite: true });
  const classes = modules.flatMap((module) => module.declarations ?? []);
  const declarations = classes.filter(({ tagName }) => tagName).map((declaration) => whole(declaration, classes));
  const described = declarations.map((declaration) => {
    const path = PATHS[declaration.tagName ?? ''];
    if (!path) throw new Error(`Which file has <${declaration.tagName}>? Name it in scripts/package/elements.ts.`);
    const reference = { name: declaration.name, module: path };
    const exports = [
      { kind: 'js', name: declaration.name, declaration: reference },
      { kind: 'custom-element-definition', name: declaration.tagName, declaration: reference },
    ];
    return { kind: 'javascript-module', path, declarations: [declaration], exports };
  });
  const manifest = { ...rest, modules: described };
  await writeFile(join(folder, 'custom-elements.json'), `${JSON.stringify(manifest)}\n`);
  return declarations.map(declared);
}

/** An element as if it declared all its properties itself: the classes that it has them from are in no file of the package. */
function whole(declaration: ClassDeclaration, classes: readonly ClassDeclaration[]): ClassDeclaration {
  let { superclass } = declaration;
  const base = () => classes.find(({ name, tagName }) => name === superclass?.name && !tagName);
  for (let own = base(); own; own = base()) superclass = own.superclass;
  const { members = [], attributes = [] } = declaration;
  const inheritedFirst = [...members].sort((a, b) => Number(!a.inheritedFrom) - Number(!b.inheritedFrom));
  const [own, ownAttributes] = [inheritedFirst, attributes].map((entries) =>
    entries.map((entry) => ({ ...entry, inheritedFrom: undefined })),
  );
  return { ...declaration, members: own, attributes: ownAttributes, superclass };
}

function declared(input: unknown): Declaration {
  const { tagName, name, attributes, events, members } = v.parse(declarationSchema, input);
  const fields = members.filter(
    ({ kind, privacy, ...member }) =>
      kind === 'field' && (privacy ?? 'public') === 'public' && !member.readonly && !member.static,
  );
  return {
    tag: tagName,
    name,
    attributes: attributes.map(({ name, fieldName, type, description }) => ({
      name,
      field: fieldName,
      type: type?.text ?? '',
      text: description,
    })),
    properties: fields.map(({ name, attribute, description }) => ({ name, attribute, text: description })),
    events: events.map(({ name, type, description }) => ({ name, detail: type.text, text: description })),
  };
}
