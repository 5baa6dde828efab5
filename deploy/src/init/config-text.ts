import type { Setting } from '../config/settings.ts';
import { Block, Call, type Code, type Line, Raw, written } from './code.ts';
import type { FoundSetting, NotCarried, ServiceField } from './found.ts';
import type { Draft, DraftService } from './project.ts';

/** Where production is to run: what the block that waits for it says. */
export interface Production {
  /** A kind of target. */
  readonly target: string;
  readonly repository?: { readonly host: string; readonly name: string } | undefined;
}

/** `conductor.config.ts` of a project, as a person would have written it; what was guessed says so where it stands. */
export function configText(project: Draft, production: Production): string {
  const shared = sharedSettings(project.services);
  const body = written(
    new Call(
      'defineConfig',
      new Block([
        { key: 'project', value: project.name },
        {},
        ...storeLines(project),
        {
          key: 'services',
          value: new Block(
            project.services.map((service) => ({
              key: service.name,
              value: serviceBlock(service, shared),
            })),
          ),
        },
        {},
        ...releaseLines(project),
        ...commandLines(project),
        ...leftLines(project.notCarried),
        { key: 'environments', value: new Block([...local(), {}, ...hosted(project, production)]) },
      ]),
    ),
    0,
    'export default '.length + 1,
  );
  const above =
    shared.length === 0
      ? ''
      : `/** What the services have in common. */\nconst shared = ${written(new Block(settingLines(shared)), 0, 15)};\n\n`;
  const all = `${above}/** ${title(project.name)}, described for deployment. */\nexport default ${body};\n`;
  return `${imports(all)}\n\n${all}`;
}

const title = (name: string) => name.replaceAll('-', ' ').replace(/^./, (letter) => letter.toUpperCase());

/** What the code uses of Conductor; the block that waits for production names its own. */
function imports(code: string): string {
  const inForce = code
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''");
  const names = ['defineConfig', 'generated', 'local', 'optional', 'secret', 'service', 'store'].filter(
    (name) => new RegExp(`(?<![\\w.])${name}\\(`).test(inForce),
  );
  const line = `import { ${names.join(', ')} } from 'conductor-deploy';`;
  return line.length <= 80
    ? line
    : `import {\n${names.map((name) => `  ${name},\n`).join('')}} from 'conductor-deploy';`;
}

const storeLines = ({ stores }: Draft): Line[] =>
  stores.length === 0
    ? []
    : [
        {
          key: 'stores',
          value: new Block(
            stores.map((kind) => ({
              key: kind,
              value: new Block([{ key: 'kind', value: kind }], { flat: true }),
            })),
          ),
        },
        {},
      ];

const releaseLines = ({ release }: Draft): Line[] =>
  release
    ? [
        {
          comment: ['Runs once before new code serves; safe to run again.'],
          key: 'release',
          value: new Block(
            [
              { key: 'service', value: release.service },
              { key: 'command', value: commandCode(release.command) },
            ],
            { flat: true },
          ),
        },
        {},
      ]
    : [];

function commandLines({ commands: { test, lint, pass } }: Draft): Line[] {
  const lines: Line[] = [
    ...(test ? [{ key: 'test', value: test }] : []),
    ...(lint ? [{ key: 'lint', value: lint }] : []),
    ...(pass.length > 0
      ? [
          {
            comment: ['Read by the build, which gets them from the machine that it runs on.'],
            key: 'pass',
            value: pass,
          },
        ]
      : []),
  ];
  return lines.length === 0 ? [] : [{ key: 'commands', value: new Block(lines, { flat: true }) }, {}];
}

/** Each as a comment of its own. */
const leftComments = (all: readonly NotCarried[]): string[] =>
  all.map(({ what, why }) => `Not carried over: ${what}. ${sentence(why)}`);
const leftLines = (all: readonly NotCarried[]): Line[] =>
  all.length === 0 ? [] : [{ comment: leftComments(all) }, {}];

const sentence = (text: string): string => `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`;

const order: readonly ServiceField[] = [
  'root',
  'dockerfile',
  'build',
  'start',
  'imageStart',
  'static',
  'fallback',
  'paths',
  'health',
  'replicas',
  'drain',
  'singleton',
];

function serviceBlock(service: DraftService, shared: readonly FoundSetting[]): Block {
  const lines = order.flatMap((field): Line[] => {
    const value = fieldCode(service, field);
    const guess = service.guesses?.[field];
    const comment = guess === undefined ? [] : [`Guessed: ${guess}.`];
    if (value !== undefined) return [{ key: field, value, ...(comment.length > 0 && { comment }) }];
    if (field === 'health' && service.visited && service.static === undefined)
      return [{ comment: [healthUnknown] }];
    return comment.length === 0 ? [] : [{ comment }];
  });
  const own = service.settings.filter((setting) => !shared.some((one) => isSame(one, setting)));
  const uses = shared.length > 0 && service.settings.length - own.length === shared.length;
  const rest = uses ? own : service.settings;
  const settings: Line[] =
    uses && rest.length === 0
      ? [{ key: 'settings', value: new Raw('shared') }]
      : rest.length === 0
        ? []
        : [
            {
              key: 'settings',
              value: new Block([...(uses ? [{ bare: '...shared' }] : []), ...settingLines(rest)]),
            },
          ];
  const left = service.notCarried ?? [];
  return new Block([...lines, ...settings, ...(left.length > 0 ? [{ comment: leftComments(left) }] : [])]);
}

const healthUnknown =
  "health: { path: '/health' }, with a path that answers 2xx only when it can work. Without one, any answer below 500 will do.";

function fieldCode(service: DraftService, field: ServiceField): Code | undefined {
  switch (field) {
    case 'root':
      return service.root === undefined || service.root === '.' ? undefined : service.root;
    case 'build':
    case 'start':
    case 'imageStart':
      return service[field] === undefined ? undefined : commandCode(service[field]);
    case 'paths':
      return service.paths;
    case 'health':
      return service.health === undefined
        ? undefined
        : new Block([{ key: 'path', value: service.health }], { flat: true });
    default:
      return service[field];
  }
}

const commandCode = (command: string | readonly string[]): Code => command;

/** Settings with what was guessed of them, said once for those that follow one another. */
function settingLines(settings: readonly FoundSetting[]): Line[] {
  return settings.map(({ name, setting, guess }, i) => ({
    key: name,
    value: settingCode(setting),
    ...(guess !== undefined && guess !== settings[i - 1]?.guess && { comment: [`Guessed: ${guess}.`] }),
  }));
}

function settingCode(setting: Setting): Code {
  if (typeof setting !== 'object') return setting;
  switch (setting.kind) {
    case 'store':
      return new Raw(`store('${setting.store}').url`);
    case 'service':
      return new Raw(`service('${setting.service}').${setting.property}`);
    case 'secret':
      return new Call('secret', setting.name);
    case 'generated':
      return new Call('generated', setting.bytes);
    case 'optional':
      return new Call('optional', settingCode(setting.setting));
    case 'required':
      return new Call('required', setting.what);
    case 'recipients':
      return new Call('backupRecipients');
    case 'proxies':
      return new Call('trustedProxies');
  }
}

/** Settings that several services have alike, worth saying once. */
function sharedSettings(services: readonly DraftService[]): readonly FoundSetting[] {
  const all = services.map(({ settings }) => settings).filter(({ length }) => length > 0);
  if (all.length < 2) return [];
  const alike = all[0]!.filter((setting) =>
    all.every((settings) => settings.some((one) => isSame(one, setting))),
  );
  return alike.length < 2 ? [] : alike;
}

const isSame = (one: FoundSetting, other: FoundSetting): boolean =>
  one.name === other.name && JSON.stringify(one.setting) === JSON.stringify(other.setting);

const local = (): Line[] => [
  {
    comment: ['This machine, with nothing else installed.'],
    key: 'local',
    value: new Block([{ key: 'target', value: new Call('local') }], { flat: true }),
  },
];

/** The environment that waits for somebody to choose where it runs. */
function hosted({ name, services, domains, stores }: Draft, { target, repository }: Production): Line[] {
  const front = services.find(({ paths }) => paths?.includes('/'))?.name;
  const hosts =
    Object.keys(domains).length > 0
      ? domains
      : front === undefined
        ? {}
        : { [front]: [`${name}.example.com`] };
  const lines: Line[] = [
    { key: 'target', value: targetCode(target, repository, stores.includes('mongodb')) },
    ...(Object.keys(hosts).length > 0
      ? [
          {
            key: 'domains',
            value: new Block(
              Object.entries(hosts).map(([key, value]) => ({ key, value })),
              { flat: true },
            ),
          },
        ]
      : []),
    { key: 'branch', value: 'main' },
  ];
  return [
    {
      comment: [
        `For everybody, once it is chosen where: railway(), render(), digitalocean() or swarm(). Uncomment it, import ${target} above, and \`conductor plan production --offline\` says what it would make.`,
      ],
      key: 'production',
      value: new Block(lines),
      off: true,
    },
  ];
}

function targetCode(target: string, repository: Production['repository'], mongodb: boolean): Code {
  const { host = 'github.com', name = 'you/repository' } = repository ?? {};
  if (target === 'railway')
    return new Call('railway', new Block([{ key: 'repository', value: name }], { flat: true }));
  if (target === 'swarm')
    return new Call(
      'swarm',
      new Block([{ key: 'host', value: 'ssh://deploy@server.example.com' }], { flat: true }),
    );
  if (target !== 'render') return new Call(target);
  return new Call(
    'render',
    new Block(
      [
        { key: 'repository', value: `https://${host}/${name}` },
        ...(mongodb ? [{ key: 'mongodb', value: new Block([]) }] : []),
      ],
      { flat: true },
    ),
  );
}
