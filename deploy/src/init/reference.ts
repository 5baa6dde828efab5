import { lineOf } from './command-line.ts';
import { sourceKinds } from './sources.ts';

/** What `conductor init` has made of what a public repository has. */
export interface Begun {
  readonly repository: string;
  /** Files that it was given. */
  readonly read: readonly string[];
  /** Why no config was written. */
  readonly problem?: string;
  readonly services?: Readonly<
    Record<
      string,
      {
        readonly start?: readonly string[] | undefined;
        readonly static?: string | undefined;
        readonly paths: readonly string[];
      }
    >
  >;
  readonly stores?: readonly string[];
  readonly release?: readonly string[] | undefined;
  readonly guesses?: readonly { readonly where: string; readonly why: string }[];
  readonly notCarried?: readonly { readonly what: string; readonly why: string }[];
}

/** `docs/reference/init.md`, from the readers and from what they make of public repositories. */
export const initReference = (begun: readonly Begun[]): string => `# What init carries over

<!-- Generated from deploy/src/init. To regenerate it: npx vitest run --project deploy init/fixtures --update -->

\`conductor init\` reads these files of other tools; where a project has several, the first in this list is followed, or the one that \`--from\` names.

| file | of |
|---|---|
${sourceKinds.map(({ files, title }) => `| ${files.map((file) => `\`${file}\``).join(', ')} | ${title} |`).join('\n')}

What they do not say is taken from \`package.json\`, Dockerfiles, \`.env.example\` and the lists of libraries of Python, Go and Ruby.

## What it makes of public repositories

As far as their files say how they are deployed; each of these configs loads (\`deploy/src/init/fixtures/\`).

| repository | read | services | stores | not carried over | guesses |
|---|---|---|---|---|---|
${begun.map(row).join('\n')}
`;

function row({
  repository,
  read,
  problem,
  services = {},
  stores = [],
  release,
  guesses = [],
  notCarried = [],
}: Begun): string {
  const left = notCarried.map(({ what }) => what);
  const all = [
    ...Object.entries(services).map(
      ([name, service]) =>
        `${name}: ${service.static === undefined ? code(lineOf(service.start ?? [])) : `files of ${code(service.static)}`}${service.paths.length > 0 ? ` at ${service.paths.map(code).join(', ')}` : ''}`,
    ),
    ...(release ? [`before each release: ${code(lineOf(release))}`] : []),
  ];
  const cells = [
    `[${repository}](https://github.com/${repository})`,
    read.map(code).join(', '),
    problem === undefined
      ? all.join('<br>')
      : `none: ${problem.split('\n')[0]!.replace(/^Nothing in \S+ says/, 'nothing says')}`,
    stores.join(', '),
    left.join('<br>'),
    String(guesses.length),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const code = (text: string): string => `\`${text}\``;
