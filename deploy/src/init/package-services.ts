import { commandOf, isForDevelopment } from './command-line.ts';
import type { Folder } from './folder.ts';
import type { Command, FoundService, Guesses } from './found.ts';
import { type Framework, frameworks, workerLibraries } from './frameworks.ts';
import { nameOf } from './names.ts';
import type { Package } from './readers/package-json.ts';
import { isClock } from './readers/procfile.ts';

/** The services of a package: what its scripts start, or the files that its build makes. None for a library. */
export function packageServices(own: Package, folder: Folder): FoundService[] {
  const framework = exported(frameworkOf(own, folder), folder);
  const workers = workersOf(own, folder);
  const main = mainOf(own, folder, framework);
  return main ? [main, ...workers] : workers;
}

function mainOf(own: Package, folder: Folder, framework: Framework | undefined): FoundService | undefined {
  const common = { name: nameIn(own, folder, framework), root: folder.path, build: buildOf(own, framework) };
  const start = startOf(own, folder, framework);
  const starts = start?.certain && framework?.title !== 'Next.js';
  if (framework?.static && !servesItself(own, framework) && !starts) {
    const { folder: files, guess } = outputOf(framework, folder);
    const fallback = framework.singlePage ? { fallback: 'index.html' } : {};
    return { ...common, static: files, ...fallback, visited: true, guesses: guess ? { static: guess } : {} };
  }
  if (!start) return undefined;
  const works = workerLibraries.filter((library) => own.dependencies.has(library));
  const visited = framework !== undefined || works.length === 0;
  const guesses: Guesses = {
    ...(start.guess && { start: start.guess }),
    ...(!framework && {
      paths: visited
        ? 'nothing says that it takes requests; without `paths` it takes none'
        : `it uses ${works[0]} and no web framework, so it takes no requests`,
    }),
  };
  return { ...common, start: start.command, visited, guesses };
}

/** What a package is made with, if it serves anything: a library may have Vite only for its tests. */
function frameworkOf(own: Package, { names }: Folder): Framework | undefined {
  const all = new Set([...own.dependencies, ...own.devDependencies]);
  return frameworks.find(({ title, libraries, start }) => {
    if (title === 'Vite' || title === 'Parcel')
      return (
        libraries.some((library) => all.has(library)) &&
        (names.has('index.html') || names.has('src/index.html'))
      );
    // A server among the tools of development is one of those.
    return libraries.some((library) => (start === '' ? own.dependencies : all).has(library));
  });
}

/** Next.js with `output: 'export'` makes files, for which it has no server. */
function exported(framework: Framework | undefined, { texts }: Folder): Framework | undefined {
  const [, config = ''] = [...texts].find(([name]) => name.startsWith('next.config.')) ?? [];
  if (framework?.title !== 'Next.js' || !/\boutput\s*:\s*["'`]export["'`]/.test(config)) return framework;
  return {
    title: framework.title,
    libraries: framework.libraries,
    server: /^$/,
    static: 'out',
    build: 'next build',
  };
}

const servesItself = ({ dependencies, devDependencies }: Package, { server = /./ }: Framework): boolean =>
  [...dependencies, ...devDependencies].some((library) => server.test(library));

interface Start {
  readonly command: Command;
  readonly guess?: string;
  /** A script says so, and no tool of development. */
  readonly certain?: boolean;
}

const startScripts = [
  'start:prod',
  'start:production',
  'start-prod',
  'start_prod',
  'serve:prod',
  'prod',
  'production',
  'start',
  'server',
];

/** What a package starts with: the script that says so, what its framework has, or the file that a script of development watches. */
function startOf(own: Package, folder: Folder, framework: Framework | undefined): Start | undefined {
  const { scripts } = own;
  const script = startScripts.find((name) => scripts[name]?.trim() && !isForDevelopment(scripts[name]!));
  const managed = script && managedStart(scripts[script]!, own);
  if (managed) return managed;
  if (script) return { ...scriptCommand(own, script, folder), certain: true };
  if (framework?.start) return frameworkStart(framework, framework.start, own);
  const watched = scripts.start ?? scripts.dev ?? '';
  const [, one, other] =
    /\bnodemon\s+(?:--?\S+\s+)*(?:node\s+)?(\S+\.[cm]?[jt]s)\b|\bnode\s+--watch\s+(\S+)/.exec(watched) ?? [];
  const file = one ?? other;
  if (file) return { command: `node ${file}`, guess: `its script is for development: ${watched}` };
  const entry = entryOf(own, folder);
  return framework && entry ? { command: `node ${entry}`, guess: 'no script says how it starts' } : undefined;
}

function frameworkStart({ title, adapter }: Framework, command: string, own: Package): Start {
  const missing = adapter && !own.dependencies.has(adapter) && !own.devDependencies.has(adapter);
  const guess = missing
    ? `it needs ${adapter}, in place of the adapter that is there`
    : `nothing says how it starts; it is made with ${title}`;
  return { command, guess };
}

/** Without the program that would keep it running: Conductor does that. */
function managedStart(line: string, { main }: Package): Start | undefined {
  if (!/^(NODE_ENV=\w+ )?pm2(-runtime)?\s/.test(line)) return undefined;
  const file =
    line.split(/\s/).find((word) => /\.[cm]?js$/.test(word) && !/ecosystem|\.config\./.test(word)) ?? main;
  return file === undefined
    ? undefined
    : {
        command: `node ${file}`,
        guess: `its script starts it with pm2; Conductor itself restarts what ends, and runs several (replicas)`,
        certain: true,
      };
}

const usualEntries = [
  ...['server.js', 'server.mjs', 'server.ts', 'index.js', 'index.mjs', 'app.js', 'main.js'],
  ...['src/server.js', 'src/index.js', 'src/server.ts', 'src/index.ts', 'src/main.ts'],
];

function entryOf({ main }: Package, { names }: Folder): string | undefined {
  const named = main?.replace(/^\.\//, '');
  return named && names.has(named) ? named : usualEntries.find((each) => names.has(each));
}

/** A script as the program that it runs, which gets SIGTERM at first hand, where that needs neither a shell nor what npm adds. */
function scriptCommand({ scripts }: Package, name: string, folder: Folder): Omit<Start, 'certain'> {
  const npm = name === 'start' ? 'npm start' : `npm run ${name}`;
  const line = scripts[name]!.trim();
  const [program = ''] = line.split(/\s/);
  const hooks = scripts[`pre${name}`] ?? scripts[`post${name}`];
  const command = commandOf(line);
  if (hooks || typeof command !== 'string' || /^(npm|npx|yarn|pnpm|cross-env|env|dotenv|\.)/.test(program))
    return { command: npm };
  // The programs of a workspace may lie in its own node_modules, which npm knows.
  if (program !== 'node' && folder.path !== '.') return { command: npm };
  const fixed = /\s+(-p|--port)[= ]\d+/;
  if (program === 'next' && fixed.test(line))
    return {
      command: line.replace(fixed, ''),
      guess: `its port is Conductor's to say, in PORT (the script has ${line})`,
    };
  return { command: line };
}

function buildOf({ scripts }: Package, framework: Framework | undefined): Command | undefined {
  if (scripts.build?.trim()) return 'npm run build';
  return framework?.static ? framework.build : undefined;
}

const workerName =
  /^(?:start[:-])?((?:[a-z]+-)?(?:workers?|queues?|consumer|scheduler|cron|clock|jobs|bot))(?:[:-](?:start|prod|production))?$/;

function workersOf(own: Package, folder: Folder): FoundService[] {
  const found = new Map<string, FoundService>();
  for (const [script, line] of Object.entries(own.scripts)) {
    const [, name] = workerName.exec(script) ?? [];
    if (name === undefined || isForDevelopment(line) || line.trim() === '') continue;
    const { command } = scriptCommand(own, script, folder);
    found.set(name, {
      name: nameOf(name),
      root: folder.path,
      build: buildOf(own, undefined),
      start: command,
      visited: false,
      ...(isClock(name) && {
        singleton: true,
        guesses: {
          singleton: 'by its name it starts jobs by the clock, which two of them would start twice',
        },
      }),
    });
  }
  return [...found.values()];
}

/** A package of a repository of several is called by its folder; one alone by what it is. */
function nameIn(own: Package, folder: Folder, framework: Framework | undefined): string {
  if (folder.path !== '.') return nameOf(folder.path.split('/').at(-1)!);
  return framework || !workerLibraries.some((library) => own.dependencies.has(library)) ? 'web' : 'worker';
}

/** Where the build puts the files. */
function outputOf(framework: Framework, { texts }: Folder): { folder: string; guess?: string } {
  const usual = framework.static!;
  if (framework.title === 'Vite') {
    const config = [...texts].find(([name]) => name.startsWith('vite.config.'))?.[1] ?? '';
    const [, folder] = /outDir\s*:\s*["'`](?:\.\/)?([\w./-]+?)\/?["'`]/.exec(config) ?? [];
    return folder && !folder.includes('..') ? { folder } : { folder: usual };
  }
  if (framework.title !== 'Angular') return { folder: usual };
  const [, folder] = /"outputPath"\s*:\s*"([\w./-]+)"/.exec(texts.get('angular.json') ?? '') ?? [];
  return {
    folder: folder ?? usual,
    guess: 'where the build puts index.html; newer versions of Angular add /browser',
  };
}

export const scriptsOf = ({ scripts }: Package): { test?: string; lint?: string } => ({
  ...(scripts.test && !/no test specified/.test(scripts.test) && { test: 'npm test' }),
  ...(scripts.lint && { lint: 'npm run lint' }),
});

/** The release task that a script names as one. */
export function releaseScript(own: Package, folder: Folder): Command | undefined {
  const name = [
    'release',
    'db:deploy',
    'migrate:deploy',
    'db:migrate:deploy',
    'migrate:prod',
    'migration:run:prod',
  ].find((each) => own.scripts[each]?.trim());
  // `release` is as often what publishes a package.
  if (
    name === undefined ||
    (name === 'release' &&
      /release-it|semantic-release|changeset|standard-version|npm publish|lerna|git |gh /.test(
        own.scripts[name]!,
      ))
  )
    return undefined;
  return scriptCommand(own, name, folder).command;
}
