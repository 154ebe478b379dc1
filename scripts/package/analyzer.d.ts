declare module '@custom-elements-manifest/analyzer/cli.js' {
  /** @returns the manifest, see custom-elements-manifest on npm for its schema */
  export function cli(options: { argv: string[]; cwd: string; noWrite: boolean }): Promise<{ modules: Module[] }>;

  interface Module {
    path: string;
    declarations?: ClassDeclaration[];
  }

  export interface ClassDeclaration {
    name: string;
    tagName?: string;
    superclass?: { name: string };
    members?: Inheritable[];
    attributes?: Inheritable[];
  }

  interface Inheritable {
    name: string;
    inheritedFrom?: object;
  }
}
