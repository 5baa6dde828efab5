import MarkdownIt from 'markdown-it';

/** A link or picture of a Markdown file, and the line (from 1) where its paragraph begins. */
export interface Link {
  readonly to: string;
  readonly line: number;
}

const parser = new MarkdownIt({ html: true });

/** Every link and picture of the text, in its order. */
export function linksOf(markdown: string): Link[] {
  return parser.parse(markdown, {}).flatMap(({ children, map }) =>
    (children ?? []).flatMap((token) => {
      const to = token.attrGet('href') ?? token.attrGet('src');
      return to === null ? [] : [{ to: String(to), line: (map?.[0] ?? 0) + 1 }];
    }),
  );
}

/** The anchors of the text's headings, as GitHub makes them: a heading that is there twice gets a number. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  const tokens = parser.parse(markdown, {});
  for (const [at, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue;
    const text = (tokens[at + 1]?.children ?? []).map(({ content }) => content).join('');
    const anchor = slug(text);
    let name = anchor;
    for (let i = 1; anchors.has(name); i += 1) name = `${anchor}-${i}`;
    anchors.add(name);
  }
  return anchors;
}

const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
