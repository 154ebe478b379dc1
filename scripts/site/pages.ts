import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, posix, sep } from 'node:path';

/** Documents outside `docs/`, and their places on the site. */
const OTHERS: Record<string, string> = {
  'docs/.vitepress/home.md': 'index.md',
  'docs/README.md': 'manual.md',
  'SECURITY.md': 'security.md',
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'src/README.md': 'explanation/rooms.md',
  'src/core/catalog/bundle/README.md': 'reference/bundle-format.md',
  'models/README.md': 'reference/models.md',
};
/** The mark, which is also the icon of the demo shop, under the shop's name. */
const MARK = 'public/favicon.svg';
/** Examples whose README is a page. */
const EXAMPLES = 'examples';

/**
 * Copies every document of the repository, with its pictures, into one folder with the layout of the site, and points links to the
 * pages of the site. A link to a file that the site lacks, such as a source file, becomes the name of that file.
 * @returns paths of the pages
 */
export async function collectPages(root: string, folder: string): Promise<string[]> {
  const places = new Map<string, string>();
  for (const path of await filesBelow(join(root, 'docs'))) {
    if (!path.startsWith('.')) places.set(posix.join('docs', path), path.replace(/(^|\/)README\.md$/, '$1index.md'));
  }
  for (const [path, place] of Object.entries(OTHERS)) places.set(path, place);
  for (const name of await readdir(join(root, EXAMPLES))) {
    const file = name === 'README.md' ? 'examples/README.md' : `examples/${name}/README.md`;
    places.set(file, name === 'README.md' ? 'examples/index.md' : `examples/${name}.md`);
  }
  await mkdir(join(folder, 'public'), { recursive: true });
  const mark = await readFile(join(root, MARK), 'utf8');
  await writeFile(join(folder, 'public', 'mark.svg'), mark.replace(/<title>.*<\/title>/, '<title>Sidestream</title>'));
  for (const [path, place] of places) {
    const target = join(folder, place);
    await mkdir(dirname(target), { recursive: true });
    if (path.endsWith('.md'))
      await writeFile(target, withTabs(withSiteLinks(await readFile(join(root, path), 'utf8'), path, places)));
    else await cp(join(root, path), target);
  }
  return [...places.values()].filter((place) => place.endsWith('.md'));
}

/** Blocks of code between the marks, each below a line with its name, become tabs: a plain document has them one after the other. */
const withTabs = (text: string): string =>
  text.replace(/^<!-- tabs -->$([\s\S]*?)^<!-- \/tabs -->$/gm, (_, inner: string) => {
    const blocks = inner.replace(/^(\S+):\n\n```(\w+)$/gm, '```$2 [$1]');
    return `::: code-group\n${blocks}\n:::`;
  });

/** @returns the text with its links adapted to a place on the site */
function withSiteLinks(text: string, path: string, places: ReadonlyMap<string, string>): string {
  const here = dirname(places.get(path) ?? path);
  return outsideCode(text, (prose) =>
    prose.replace(
      /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g,
      (link, picture: string, label: string, address: string) => {
        if (/^([a-z]+:|#)/i.test(address)) return link;
        const [file, anchor] = address.split('#');
        const target = posix.normalize(posix.join(posix.dirname(path), file)).replace(/\/$/, '');
        const place = places.get(target) ?? places.get(posix.join(target, 'README.md'));
        if (place === undefined) return label;
        const relative = posix.relative(here, place) || posix.basename(place);
        return `${picture}[${label}](${relative.startsWith('.') ? '' : './'}${relative}${anchor === undefined ? '' : `#${anchor}`})`;
      },
    ),
  );
}

/** Applies a change to text outside fenced blocks and backticks. */
function outsideCode(text: string, change: (prose: string) => string): string {
  return text
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part, index) => (index % 2 === 1 ? part : change(part)))
    .join('');
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll(sep, '/'),
    );
}
