import { matchesGlob } from 'node:path';
import type { StoreKind } from '../model/store.ts';
import { usualName } from './address-parts.ts';
import { completed } from './completed.ts';
import { below, type Folder } from './folder.ts';
import type { Command, Found, FoundService, FoundSetting, NotCarried, Variable } from './found.ts';
import { languageServices, withPythonPackages } from './languages.ts';
import { Names, nameOf } from './names.ts';
import { packageServices, releaseScript, scriptsOf } from './package-services.ts';
import { assignPaths } from './paths.ts';
import { dependencyFiles, readDependencies } from './readers/dependencies.ts';
import { readDockerfile } from './readers/dockerfile.ts';
import { readEnvExample } from './readers/env-example.ts';
import { type Package, readPackage } from './readers/package-json.ts';
import { fields, texts, yamlFields } from './readers/shape.ts';
import { dataOf, type Surroundings, settingsOf } from './setting.ts';
import { exampleFiles } from './sources.ts';
import { storeOfDependency, storeOfImage, withoutStore } from './stores.ts';

/** A project as it will be written down. */
export interface Draft {
  readonly name: string;
  readonly stores: readonly StoreKind[];
  readonly services: readonly DraftService[];
  readonly release?: { readonly service: string; readonly command: Command };
  readonly commands: { readonly test?: string; readonly lint?: string; readonly pass: readonly string[] };
  readonly domains: Readonly<Record<string, readonly string[]>>;
  readonly notCarried: readonly NotCarried[];
}

export interface DraftService extends Omit<FoundService, 'variables' | 'more' | 'ports'> {
  readonly settings: readonly FoundSetting[];
}

/** What somebody has decided; the rest is found out. */
export interface Choices {
  /** What a file of another tool says; left out, the code alone is asked. */
  readonly described?: Found;
  /** What further files say, each in its own way, of services that it names. */
  readonly beside?: readonly FoundService[];
  /** The service that takes the visitors at `/`. */
  readonly front?: string | undefined;
}

/** Everything that is known of a folder's code. */
interface Code {
  readonly folder: Folder;
  readonly package: Package | undefined;
  readonly services: readonly FoundService[];
}

/**
 * A project from what lies in its folders: what a file of another tool says first, what the code says for the rest.
 * @param folders the project's own first.
 * @throws {Unreadable}
 */
export function draft(
  folders: readonly Folder[],
  otherwise: string,
  { described, beside, front }: Choices,
): Draft {
  const root = folders[0]!;
  const codes = folders.map(codeOf);
  const own = codes[0]!.package;
  const members = membersOf(codes);
  const wanted = described && described.services.length > 0 ? described.services : ofCode(codes, members);
  const { services: started, notCarried: unstarted, stores: ownStores } = startable(wanted, codes, beside);
  const services = assignPaths(unique(started).map(inForm), front);
  const examples = new Map(codes.map(({ folder }) => [folder.path, exampleOf(folder)]));
  const raw = services.map((service) => variablesOf(service, examples));

  const libraries = codes
    .filter((code) => isPart(code, services))
    .flatMap(librariesOf)
    .map(storeOfDependency);
  const stores = storesOf([
    ...(described?.stores ?? []),
    ...ownStores,
    ...libraries.flatMap((one) => (one && 'store' in one ? one.store : [])),
    ...raw.flat().flatMap((variable) => {
      const data = dataOf(variable);
      return data && 'store' in data ? data.store : [];
    }),
  ]);
  const around: Surroundings = {
    services,
    stores,
    elsewhere: described?.elsewhere ?? [],
    hosts: described?.hosts ?? {},
  };
  const became = raw.map((variables) => settingsOf(variables, around));
  const all = became.flatMap(({ settings }) => settings);
  const settings = became.map((one, i) => withStores(services[i]!, one.settings, stores, all));
  const lost = became.flatMap(({ elsewhere }) => elsewhere);
  const others = libraries.flatMap((one) => (one && 'other' in one ? one.other : []));
  const told = [...(described?.notCarried ?? []), ...unstarted, ...lost];
  const silent = [...new Set(others)].filter(
    (name) => !told.some(({ what, why }) => `${what} ${why}`.includes(name)),
  );
  const command = own && releaseScript(own, root);
  const main =
    services.find(({ visited, static: files }) => visited && !files) ??
    services.find(({ static: files }) => !files);
  const release = described?.release ?? (command && main ? { service: main.name, command } : undefined);
  const built = new Set(
    raw
      .flat()
      .map(({ name }) => name)
      .filter(isForBuild),
  );
  return {
    name: nameOf(described?.name ?? own?.name?.replace(/^@[^/]*\//, '') ?? otherwise, 'project'),
    stores,
    services: services.map(({ variables: _variables, more: _more, ports: _ports, ...service }, i) => ({
      ...service,
      settings: settings[i]!,
      notCarried: [...(service.notCarried ?? []), ...became[i]!.notCarried],
    })),
    ...(release && services.some(({ name }) => name === release.service) && { release }),
    commands: { ...(own && scriptsOf(own)), pass: [...built] },
    domains: hostsOf(described?.domains, services),
    notCarried: once([...told, ...silent.map((name) => withoutStore(name, name))]),
  };
}

function codeOf(folder: Folder): Code {
  const text = folder.texts.get('package.json');
  const own = text === undefined ? undefined : inFile(below(folder, 'package.json'), () => readPackage(text));
  const dockerfile = dockerfileIn(folder);
  const made = own ? packageServices(own, folder) : [];
  const others = dockerfile === undefined ? languageServices(folder) : [ofDockerfile(folder)];
  const services = made.length === 0 ? others : made;
  return {
    folder,
    package: own,
    services: services.map((service) => ({
      ...service,
      dockerfile: service.static ? undefined : dockerfile && below(folder, dockerfile),
    })),
  };
}

/** Says in which file it was. */
function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error) error.message = `${file}: ${error.message}`;
    throw error;
  }
}

/** The Dockerfile that a folder is run by, of several the one for production. */
function dockerfileIn({ names }: Folder): string | undefined {
  const all = [...names]
    .filter((name) => /^Dockerfile(\.|$)|\.dockerfile$/i.test(name) && !/dev|test|ci$|base/i.test(name))
    .sort();
  return all.find((name) => name === 'Dockerfile') ?? all.find((name) => /prod/.test(name)) ?? all[0];
}

const ofDockerfile = (folder: Folder): FoundService => ({
  name: folder.path === '.' ? 'web' : nameOf(folder.path.split('/').at(-1)!),
  root: folder.path,
  visited: true,
});

/** Folders that a repository of several packages names as such. */
function membersOf(codes: readonly Code[]): readonly Code[] {
  const [root, ...rest] = codes;
  const pnpm = root!.folder.texts.get('pnpm-workspace.yaml');
  const globs = [
    ...(root!.package?.workspaces ?? []),
    ...(pnpm === undefined
      ? []
      : texts(fields(inFile('pnpm-workspace.yaml', () => yamlFields(pnpm))).packages)),
  ];
  const named = globs.map((glob) => glob.replace(/^\.\//, '').replace(/\/$/, ''));
  return rest.filter(({ folder }) =>
    named.some((glob) => !glob.startsWith('!') && matchesGlob(folder.path, glob)),
  );
}

const aside =
  /(^|\/)(examples?|samples?|tests?|e2e|docs?|scripts?|tools?|fixtures?|demos?|playground|benchmarks?|infra|docker|\.[^/]*)(\/|$)/;

/** Services as the code has them: those of its workspaces, its own, or those of the folders beside one another. */
function ofCode(codes: readonly Code[], members: readonly Code[]): readonly FoundService[] {
  const [root, ...rest] = codes;
  const inMembers = members
    .filter(({ folder }) => !aside.test(folder.path))
    .flatMap(({ services }) => services);
  if (inMembers.length > 0) return inMembers;
  if (root!.services.length > 0) return root!.services;
  const beside = rest.filter(({ folder }) => !aside.test(folder.path) && folder.path.split('/').length <= 2);
  const services = beside.flatMap((code) => code.services);
  return services.length > 0 ? services : pagesIn(codes);
}

/** Pages that somebody has written as they are. */
function pagesIn(codes: readonly Code[]): FoundService[] {
  const usual = ['public', 'site', 'www', 'html', 'docs', '.'];
  const folder = usual.find((path) =>
    codes.some((code) => code.folder.path === path && code.folder.names.has('index.html')),
  );
  if (folder === undefined) return [];
  const all = 'every file here is served, also those that are no pages: a folder of their own is better';
  return [
    { name: 'web', visited: true, static: folder, ...(folder === '.' && { guesses: { static: all } }) },
  ];
}

/** Services with what the code in their folder and their Dockerfile add; those that nobody knows how to start are told of. */
function startable(
  wanted: readonly FoundService[],
  codes: readonly Code[],
  beside: readonly FoundService[] = [],
) {
  const services: FoundService[] = [];
  const notCarried: NotCarried[] = [];
  const stores: StoreKind[] = [];
  for (const service of wanted) {
    const same = beside.filter(
      (one) => one.name === service.name && (one.root ?? '.') === (service.root ?? '.'),
    );
    const code = [...same, ...(codeAt(service, codes)?.services ?? [])];
    const dockerfile = service.dockerfile ?? code[0]?.dockerfile;
    const docker = dockerfileAt(dockerfile, codes);
    // Somebody runs a database as a service of its own.
    const data = docker && code[0]?.start === undefined ? storeOfImage(docker.from) : undefined;
    if (data && 'store' in data) {
      stores.push(data.store);
      continue;
    }
    const whole = withPythonPackages(
      completed({ ...service, dockerfile: docker && dockerfile }, code, docker),
    );
    if (whole.start !== undefined || whole.static !== undefined) services.push(whole);
    else
      notCarried.push({
        what: `the service ${service.name}`,
        why: 'nothing says by which command it starts.',
      });
  }
  return { services: withVisitors(services, codes), notCarried, stores };
}

/** Where its source does not say who takes requests, the code does. */
function withVisitors(services: readonly FoundService[], codes: readonly Code[]): readonly FoundService[] {
  if (services.some(({ visited }) => visited)) return services;
  const works = /worker|queue|schedul|cron|clock|job/;
  return services.map((service) => ({
    ...service,
    visited: codeAt(service, codes)?.services[0]?.visited === true && !works.test(service.name),
  }));
}

const codeAt = ({ root = '.' }: Pick<FoundService, 'root'>, codes: readonly Code[]): Code | undefined =>
  codes.find(({ folder }) => folder.path === root);

function dockerfileAt(path: string | undefined, codes: readonly Code[]) {
  if (path === undefined) return undefined;
  for (const { folder } of codes) {
    for (const [name, text] of folder.texts) if (below(folder, name) === path) return readDockerfile(text);
  }
  return undefined;
}

/** Paths as the config takes them. */
const inForm = (service: FoundService): FoundService => ({
  ...service,
  health:
    service.health === undefined || /^\/\S*$/.test(service.health)
      ? service.health
      : `/${service.health.replaceAll(/\s/g, '')}`,
});

/** Host names that a certificate can be had for, of services that there are. */
function hostsOf(domains: Found['domains'] = {}, services: readonly FoundService[]): Draft['domains'] {
  const known = Object.entries(domains).filter(([service]) => services.some(({ name }) => name === service));
  return Object.fromEntries(
    known.flatMap(([service, hosts]) => {
      const own = hosts.filter((host) => /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*$/i.test(host));
      return own.length === 0 ? [] : [[service, own]];
    }),
  );
}

function unique(services: readonly FoundService[]): FoundService[] {
  const names = new Names();
  return services.map((service) => ({ ...service, name: names.take(service.name) }));
}

function exampleOf({ texts }: Folder): readonly Variable[] | undefined {
  const name = exampleFiles.find((each) => texts.has(each));
  return name === undefined ? undefined : readEnvExample(texts.get(name)!);
}

/** Settings that a build puts into what browsers load. */
const isForBuild = (name: string): boolean =>
  /^(VITE|NEXT_PUBLIC|REACT_APP|GATSBY|PUBLIC|VUE_APP|NG_APP|EXPO_PUBLIC)_/.test(name);

function variablesOf(
  service: FoundService,
  examples: ReadonlyMap<string, readonly Variable[] | undefined>,
): readonly Variable[] {
  const example = examples.get(service.root ?? '.') ?? examples.get('.') ?? [];
  // What has no value in its source may have one in the example.
  const own = service.variables?.map((variable) => {
    const value = variable.value ?? example.find(({ name }) => name === variable.name)?.value;
    return variable.is || variable.of || value === undefined ? variable : { ...variable, value };
  });
  const listed =
    own === undefined
      ? example
      : service.more
        ? [...own, ...example.filter(({ name }) => !own.some((each) => each.name === name))]
        : own;
  const valid = [
    ...new Map(
      listed.filter(({ name }) => /^[A-Za-z_]\w*$/.test(name)).map((variable) => [variable.name, variable]),
    ).values(),
  ];
  return service.static === undefined ? valid : valid.filter(({ name }) => isForBuild(name));
}

/** A folder that one of the services is made from. */
const isPart = ({ folder }: Code, services: readonly FoundService[]): boolean =>
  services.some(({ root = '.' }) => root === folder.path) || folder.path === '.';

const librariesOf = ({ folder, package: own }: Code): string[] => [
  ...(own?.dependencies ?? []),
  ...dependencyFiles.flatMap((name) => {
    const text = folder.texts.get(name);
    return text === undefined ? [] : readDependencies(name, text);
  }),
];

const storesOf = (all: readonly StoreKind[]): StoreKind[] =>
  (['mongodb', 'redis'] as const).filter((kind) => all.includes(kind));

/** With the address of each store that no setting holds, under its usual name. */
function withStores(
  service: FoundService,
  settings: readonly FoundSetting[],
  stores: readonly StoreKind[],
  all: readonly FoundSetting[],
): FoundSetting[] {
  if (service.static !== undefined) return [...settings];
  const added = stores.filter(
    (kind) =>
      !all.some(
        ({ setting }) => typeof setting === 'object' && setting.kind === 'store' && setting.store === kind,
      ),
  );
  return [
    ...settings,
    ...added.map(
      (kind): FoundSetting => ({
        name: usualName[kind],
        setting: { kind: 'store', store: kind, property: 'url' },
        guess: 'nothing says in which setting the address is looked for',
      }),
    ),
  ];
}

const once = (all: readonly NotCarried[]): NotCarried[] => [
  ...new Map(all.map((one) => [one.what, one])).values(),
];
