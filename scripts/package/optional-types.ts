import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * Lets every optional property of the package's types be `undefined` too. Without it, a project with
 * `exactOptionalPropertyTypes`, a default of `tsc --init`, could not pass on a value that may be missing:
 * `createRecommender({ consent: notedConsent() })`. The code treats both alike.
 * @param folder with the declarations
 */
export async function allowUndefined(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.d.ts'))) {
    const path = join(folder, name);
    await writeFile(path, withUndefined(await readFile(path, 'utf8')));
  }
}

function withUndefined(declarations: string): string {
  const source = ts.createSourceFile('types.d.ts', declarations, ts.ScriptTarget.Latest);
  const added: { at: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    if ((ts.isPropertySignature(node) || ts.isPropertyDeclaration(node)) && node.questionToken && node.type) {
      const { type } = node;
      const isLoose = ts.isFunctionTypeNode(type) || ts.isConstructorTypeNode(type) || ts.isConditionalTypeNode(type);
      if (isLoose) added.push({ at: type.getStart(source), text: '(' });
      added.push({ at: type.end, text: isLoose ? ') | undefined' : ' | undefined' });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  added.sort((a, b) => b.at - a.at);
  return added.reduce((text, one) => text.slice(0, one.at) + one.text + text.slice(one.at), declarations);
}
