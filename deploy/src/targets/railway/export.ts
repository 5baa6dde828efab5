import { addressOf, type DescribedService, type Description } from '../../config/description.ts';
import type { Setting } from '../../config/settings.ts';
import { ConductorError, exitCode } from '../../errors.ts';
import { madeBy } from '../../text/made-file.ts';
import { replicaSet, replicaSetVariables } from '../replica-set.ts';
import { commandLine, imageStart } from '../shell-words.ts';
import { port } from '../variables.ts';
import type { RailwaySettings } from './index.ts';
import { mongoReference } from './mongo-address.ts';

/**
 * `.railway/railway.ts`: Railway's infrastructure as code. Secrets are `preserve()`: what Railway has stays.
 * @throws {ConductorError} `export.no-repository` (exit 2).
 */
export function railwayProgram(description: Description, settings: RailwaySettings): string {
  const { services, stores, project } = description;
  const ours = stores.filter(({ outside }) => !outside);
  const made = services.map((service) => serviceLines(service, description, settings));
  const body = [
    ...ours.map((store) =>
      store.kind === 'mongodb' ? mongoLines(store.name, settings) : redisLine(store.name),
    ),
    ...made,
    '',
    `  return project(${quote(settings.name ?? project)}, {`,
    `    environments: [${quote(description.environment)}],`,
    `    resources: [${[
      ...ours.filter(({ kind }) => kind === 'mongodb').map(({ name }) => dataOf(name)),
      ...[...ours, ...services].map(({ name }) => identifier(name)),
    ].join(', ')}],`,
    '  });',
  ].join('\n');
  const used = ['github', 'image', 'preserve', 'redis', 'volume'].filter((word) =>
    new RegExp(`\\b${word}\\(`).test(body),
  );
  const imports = ['defineRailway', 'project', 'service', ...used].sort();
  return `// ${madeBy('railway')}\nimport { ${imports.join(', ')} } from 'railway/iac';\n\nexport default defineRailway(() => {\n${body}\n});\n`;
}

const addresses = { mongodb: 'MONGO_URL', redis: 'REDIS_URL' } as const;
/** The names that Railway's own templates give. */
const label = (name: string, kind: 'mongodb' | 'redis'): string =>
  name === kind ? { mongodb: 'MongoDB', redis: 'Redis' }[kind] : name;

const redisLine = (name: string): string =>
  `  const ${identifier(name)} = redis(${quote(label(name, 'redis'))});`;

/** Name of the volume of a store, in the program. */
const dataOf = (name: string): string => identifier(`${name}-data`);

/** Not `mongo(…)`, which is Railway's template: a server without a replica set, so without transactions. */
function mongoLines(name: string, { region }: RailwaySettings): string {
  const values = { ...replicaSetVariables({ ipv6: true }), MONGO_URL: mongoReference };
  const config = {
    startCommand: commandLine(replicaSet.command),
    requiredMountPath: replicaSet.data,
    ...(region ? { multiRegionConfig: { [region]: { numReplicas: 1 } } } : { numReplicas: 1 }),
    drainingSeconds: 30,
  };
  return [
    `  const ${dataOf(name)} = volume(${quote(`${name}-data`)});`,
    `  const ${identifier(name)} = service(${quote(label(name, 'mongodb'))}, {`,
    `    source: image(${quote(replicaSet.image)}),`,
    `    volumeMounts: { ${quote(replicaSet.data)}: ${dataOf(name)} },`,
    `    deploy: ${json(config)},`,
    '    env: {',
    ...Object.entries(values).map(([key, value]) => `      ${key}: ${quote(value)},`),
    '      MONGO_PASSWORD: preserve(),',
    '      MONGO_REPLICA_SET_KEY: preserve(),',
    '    },',
    '  });',
  ].join('\n');
}

function serviceLines(
  service: DescribedService,
  description: Description,
  settings: RailwaySettings,
): string {
  const { task, domains } = description;
  const fields: Record<string, string> = {
    source: sourceOf(service, settings),
    ...(service.image
      ? {}
      : {
          build: json(
            service.dockerfile
              ? { builder: 'DOCKERFILE', dockerfilePath: service.dockerfile }
              : { builder: 'RAILPACK', buildCommand: service.build && commandLine(service.build) },
          ),
        }),
    deploy: json({
      startCommand: commandLine(service.image || service.dockerfile ? imageStart(service) : service.start),
      ...(task?.service === service.name ? { preDeployCommand: [commandLine(task.command)] } : {}),
      ...(service.health
        ? { healthcheckPath: service.health.path, healthcheckTimeout: service.health.deadline }
        : {}),
      ...(settings.region
        ? { multiRegionConfig: { [settings.region]: { numReplicas: service.replicas } } }
        : { numReplicas: service.replicas }),
      overlapSeconds: service.singleton ? 0 : settings.overlap,
      drainingSeconds: Math.max(1, Math.round(service.drain)),
      restartPolicyType: 'ON_FAILURE',
      restartPolicyMaxRetries: 10,
    }),
    ...(domains[service.name]
      ? { domains: json(domains[service.name]!.map((domain) => ({ domain, port }))) }
      : {}),
  };
  const variables = Object.entries({ PORT: port, HOST: '::', ...service.settings } as Record<
    string,
    Setting
  >).map(([key, setting]) => `      ${key}: ${valueText(setting, description)},`);
  return [
    '',
    `  const ${identifier(service.name)} = service(${quote(service.name)}, {`,
    ...Object.entries(fields).map(([name, text]) => `    ${name}: ${text},`),
    '    env: {',
    ...variables,
    '    },',
    '  });',
  ].join('\n');
}

function sourceOf(service: DescribedService, { repository }: RailwaySettings): string {
  if (service.image) return `image(${quote(service.image)})`;
  if (!repository)
    throw new ConductorError({
      code: 'export.no-repository',
      message: `Railway cannot get the code of ${service.name}: no repository is named.`,
      hint: 'Set `repository` in railway({ … }), or give the service an `image`.',
      exit: exitCode.usage,
    });
  const folder =
    service.dockerfile || service.root === '.' ? '' : `, { rootDirectory: ${quote(service.root)} }`;
  return `github(${quote(repository)}${folder})`;
}

function valueText(setting: Setting, description: Description): string {
  if (typeof setting !== 'object') return quote(String(setting));
  if (setting.kind === 'store') {
    const store = description.stores.find(({ name }) => name === setting.store)!;
    return store.outside ? 'preserve()' : `${identifier(store.name)}.env.${addresses[store.kind]}`;
  }
  if (setting.kind === 'service') {
    const { service, property } = setting;
    const reference = `\${{${service}.RAILWAY_PUBLIC_DOMAIN}}`;
    const otherwise = () => (property === 'url' ? `https://${reference}` : reference);
    return quote(addressOf(description, service, property, otherwise));
  }
  return 'preserve()';
}

const quote = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
const json = (value: unknown): string => JSON.stringify(value, null, 2).replaceAll('\n', '\n    ');
const reserved = ['default', 'delete', 'export', 'import', 'new', 'project', 'service', 'function', 'class'];
/** A name of the config as a name of the program. */
const identifier = (name: string): string => {
  const camel = name.replace(/-+(\w?)/g, (_, letter: string) => letter.toUpperCase());
  return [...reserved, 'github', 'image', 'redis', 'preserve', 'volume'].includes(camel)
    ? `${camel}_`
    : camel;
};
