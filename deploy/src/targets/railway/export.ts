import { addressOf, type DescribedService, type Description } from '../../config/description.ts';
import type { EnvironmentSetting } from '../../config/settings.ts';
import { type SharedSettings, shareSettings } from '../../config/shared-settings.ts';
import { ConductorError, exitCode } from '../../errors.ts';
import { Code, type Literal, literal } from '../../text/literal.ts';
import { deploysOnPush, madeBy } from '../../text/made-file.ts';
import { replicaSet, replicaSetVariables } from '../replica-set.ts';
import { commandLine, imageStart } from '../shell-words.ts';
import { port } from '../variables.ts';
import type { RailwaySettings } from './index.ts';
import { mongoReference } from './mongo-address.ts';
import { fileVariableNames } from './static-files.ts';

/**
 * `.railway/railway.ts`: Railway's infrastructure as code. Secrets are `preserve()`: what Railway has stays. What several services have alike
 * is written once.
 * @throws {ConductorError} `export.no-repository` (exit 2).
 */
export function railwayProgram(description: Description, settings: RailwaySettings): string {
  const { services, stores, project, environment, branch } = description;
  const ours = stores.filter(({ outside }) => !outside);
  const { shared, own } = shareSettings(services);
  const resources = [
    ...ours.filter(({ kind }) => kind === 'mongodb').map(({ name }) => dataOf(name)),
    ...[...ours, ...services].map(({ name }) => identifier(name)),
  ];
  const statements = [
    ...ours.flatMap((store) =>
      store.kind === 'mongodb' ? mongoStatements(store.name, settings) : [redisStatement(store.name)],
    ),
    ...sourceStatement(description),
    constant('listen', literal({ PORT: String(port), HOST: '::' }, '  ')),
    constant('restart', `${literal(restart, '  ')} as const`),
    ...shared.map((block) =>
      [
        `  // The same for ${block.services.join(', ')}.`,
        constant(blockName(block), literal(valuesOf(block.settings, description), '  ')),
      ].join('\n'),
    ),
    ...services.map((service) => {
      const blocks = shared.filter(({ services }) => services.includes(service.name));
      const spread = ['listen', ...blocks.map(blockName)].map((name) => [`...${name}`, ''] as const);
      const files = service.image || service.dockerfile ? undefined : service.static;
      const env = {
        ...Object.fromEntries(spread),
        ...valuesOf(own[service.name]!, description),
        ...Object.fromEntries(files === undefined ? [] : fileVariableNames.map((name) => [name, files])),
      };
      return call(service.name, 'service', service.name, serviceFields(service, env, description, settings));
    }),
    `  return project(${literal(settings.name ?? project)}, ${literal(
      { environments: [environment], resources: resources.map((name) => new Code(name)) },
      '  ',
    )});`,
  ];
  const body = statements.join('\n\n');
  const used = ['github', 'image', 'preserve', 'redis', 'volume'].filter((word) =>
    new RegExp(`\\b${word}\\(`).test(body),
  );
  const remarks = [
    madeBy('railway'),
    'Look at what it would change: railway config plan. Make it so: railway config apply.',
    ...deploysOnPush(environment, branch),
    `Railway itself turns it on for a repository that it connects again; \`conductor deploy ${environment}\` turns it off again.`,
  ];
  return [
    ...remarks.map((line) => `// ${line}`),
    `import { ${['defineRailway', 'project', 'service', ...used].sort().join(', ')} } from 'railway/iac';`,
    '',
    `export default defineRailway(() => {\n${body}\n});\n`,
  ].join('\n');
}

const addresses = { mongodb: 'MONGO_URL', redis: 'REDIS_URL' } as const;
const restart = { restartPolicyType: 'ON_FAILURE', restartPolicyMaxRetries: 10 };

/** The names that Railway's own templates give. */
const label = (name: string, kind: 'mongodb' | 'redis'): string =>
  name === kind ? { mongodb: 'MongoDB', redis: 'Redis' }[kind] : name;

const constant = (name: string, text: string): string => `  const ${name} = ${text};`;
const call = (name: string, kind: string, label: string, fields: Literal): string =>
  constant(identifier(name), `${kind}(${literal(label)}, ${literal(fields, '  ')})`);

const redisStatement = (name: string): string =>
  constant(identifier(name), `redis(${literal(label(name, 'redis'))})`);

/** Name of the volume of a store, in the program. */
const dataOf = (name: string): string => identifier(`${name}-data`);

/** Name of what some services share, in the program. */
const blockName = ({ name }: SharedSettings): string => identifier(`${name}-settings`);

/** Not `mongo(…)`, which is Railway's template: a server without a replica set, so without transactions. */
function mongoStatements(name: string, { region }: RailwaySettings): string[] {
  return [
    constant(dataOf(name), `volume(${literal(`${name}-data`)})`),
    call(name, 'service', label(name, 'mongodb'), {
      source: new Code(`image(${literal(replicaSet.image)})`),
      volumeMounts: { [replicaSet.data]: new Code(dataOf(name)) },
      deploy: {
        startCommand: commandLine(replicaSet.command),
        requiredMountPath: replicaSet.data,
        ...(region ? { multiRegionConfig: { [region]: { numReplicas: 1 } } } : { numReplicas: 1 }),
        drainingSeconds: 30,
      },
      env: {
        ...replicaSetVariables({ ipv6: true }),
        MONGO_URL: mongoReference,
        MONGO_PASSWORD: preserved,
        MONGO_REPLICA_SET_KEY: preserved,
      },
    }),
  ];
}

/** The repository, once for all services that have no image. */
function sourceStatement({ services, repository, branch }: Description): string[] {
  const built = services.find(({ image }) => !image);
  if (!built) return [];
  if (repository?.host !== 'github.com')
    throw new ConductorError({
      code: 'export.no-repository',
      message: `Railway cannot get the code of ${built.name}: no repository on GitHub is known.`,
      hint: 'Set `repository` in railway({ … }), or give the service an `image`.',
      exit: exitCode.usage,
    });
  return [constant('code', `github(${literal(repository.name)}, ${literal({ branch })})`)];
}

function serviceFields(
  service: DescribedService,
  env: Literal,
  { task, domains }: Description,
  settings: RailwaySettings,
): Literal {
  const { image, dockerfile, build, root, name, health, start, replicas, singleton, drain } = service;
  const hosts = domains[name];
  const builder = dockerfile
    ? { builder: 'DOCKERFILE', dockerfilePath: dockerfile }
    : { builder: 'RAILPACK', buildCommand: build && commandLine(build) };
  return {
    source: new Code(image ? `image(${literal(image)})` : 'code'),
    rootDirectory: image || dockerfile || root === '.' ? undefined : root,
    build: image ? undefined : builder,
    deploy: {
      startCommand: commandLine(image || dockerfile ? imageStart(service) : start) || undefined,
      preDeployCommand: task?.service === name ? [commandLine(task.command)] : undefined,
      healthcheckPath: health?.path,
      healthcheckTimeout: health?.deadline,
      ...(settings.region
        ? { multiRegionConfig: { [settings.region]: { numReplicas: replicas } } }
        : { numReplicas: replicas }),
      overlapSeconds: singleton ? 0 : settings.overlap,
      drainingSeconds: Math.max(1, Math.round(drain)),
      '...restart': '',
    },
    domains: hosts?.map((domain) => ({ domain, port })),
    env,
  };
}

const preserved = new Code('preserve()');

const valuesOf = (settings: DescribedService['settings'], description: Description) =>
  Object.fromEntries(Object.entries(settings).map(([key, setting]) => [key, written(setting, description)]));

function written(setting: EnvironmentSetting, description: Description): Literal {
  if (typeof setting !== 'object') return String(setting);
  if (setting.kind === 'store') {
    const store = description.stores.find(({ name }) => name === setting.store)!;
    return store.outside ? preserved : new Code(`${identifier(store.name)}.env.${addresses[store.kind]}`);
  }
  if (setting.kind === 'service') {
    const { service, property } = setting;
    const reference = `\${{${service}.RAILWAY_PUBLIC_DOMAIN}}`;
    const otherwise = () => (property === 'url' ? `https://${reference}` : reference);
    return addressOf(description, service, property, otherwise);
  }
  return preserved;
}

const reserved = ['default', 'delete', 'export', 'import', 'new', 'project', 'service', 'function', 'class'];
const ownNames = ['github', 'image', 'redis', 'preserve', 'volume', 'code', 'listen', 'restart'];
/** A name of the config as a name of the program. */
const identifier = (name: string): string => {
  const camel = name.replace(/-+(\w?)/g, (_, letter: string) => letter.toUpperCase());
  return [...reserved, ...ownNames].includes(camel) ? `${camel}_` : camel;
};
