import { addressOf, type DescribedService, type Description, isPublic } from '../../config/description.ts';
import { isOptional, leftOut } from '../../config/optional-settings.ts';
import { repositoryUrl } from '../../config/repository.ts';
import type { EnvironmentSetting } from '../../config/settings.ts';
import { shareSettings } from '../../config/shared-settings.ts';
import { compact, deploysOnPush, yamlFile } from '../../text/made-file.ts';
import { replicaSet, replicaSetVariables } from '../replica-set.ts';
import { commandLine, imageStart } from '../shell-words.ts';
import type { RenderSettings } from './index.ts';

type Name = (part: string) => string;

/**
 * `render.yaml`: a Blueprint. Render asks once for each secret; it generates those that are random. What several services have alike is an
 * environment group, or comes from the first of them: https://render.com/docs/blueprint-spec lets a group hold plain and generated values
 * only. Settings that may have no value are left out and named at the top.
 */
export function renderBlueprint(description: Description, settings: RenderSettings): string {
  const { services, stores, project, environment, branch } = description;
  const name: Name = (part) => `${settings.name ?? project}-${environment}-${part}`;
  const ours = stores.filter(({ outside }) => !outside);
  const { shared, own } = shareSettings(services, isGrouped);
  const groups = shared.map((group) => ({
    name: name(group.name),
    envVars: variables(group.settings, description, name),
  }));
  const content = {
    ...(groups.length > 0 && { envVarGroups: groups }),
    services: [
      ...ours
        .filter(({ kind }) => kind === 'redis')
        .map((store) => ({
          type: 'keyvalue',
          name: name(store.name),
          plan: settings.redis.replace('_', ' '),
          region: settings.region,
          maxmemoryPolicy: 'noeviction',
          ipAllowList: [],
        })),
      ...ours
        .filter(({ kind }) => kind === 'mongodb' && settings.mongodb)
        .map((store) => ({
          type: 'pserv',
          name: name(store.name),
          runtime: 'image',
          image: { url: replicaSet.image },
          dockerCommand: commandLine(replicaSet.command),
          plan: settings.plan.replace('_', ' '),
          region: settings.region,
          disk: { name: 'data', mountPath: replicaSet.data, sizeGB: settings.mongodb!.disk },
          envVars: [
            ...Object.entries(replicaSetVariables()).map(([key, value]) => ({ key, value })),
            { key: 'MONGO_PASSWORD', generateValue: true },
            { key: 'MONGO_REPLICA_SET_KEY', generateValue: true },
          ],
        })),
      ...services.map((service) =>
        blueprintService(service, description, settings, name, [
          ...shared
            .filter((group) => group.services.includes(service.name))
            .map((group) => ({ fromGroup: name(group.name) })),
          ...variables(own[service.name]!, description, name, service),
        ]),
      ),
    ],
  };
  return yamlFile('render', content, [...deploysOnPush(environment, branch), ...leftOut(services)]);
}

function blueprintService(
  service: DescribedService,
  description: Description,
  settings: RenderSettings,
  name: Name,
  envVars: readonly object[],
) {
  const { task, domains, repository } = description;
  const hosts = domains[service.name];
  return compact({
    type: typeOf(service),
    name: name(service.name),
    runtime: service.image ? 'image' : 'docker',
    ...(service.image
      ? { image: { url: service.image } }
      : {
          ...(repository ? { repo: repositoryUrl(repository) } : {}),
          branch: settings.branch,
          dockerfilePath: `./${service.dockerfile ?? 'Dockerfile'}`,
          dockerContext: service.root === '.' ? '.' : `./${service.root}`,
        }),
    dockerCommand: commandLine(imageStart(service)) || undefined,
    plan: settings.plan.replace('_', ' '),
    region: settings.region,
    numInstances: service.replicas,
    autoDeployTrigger: service.image ? undefined : 'off',
    preDeployCommand: task?.service === service.name ? commandLine(task.command) : undefined,
    healthCheckPath: isPublic(service) ? service.health?.path : undefined,
    maxShutdownDelaySeconds: Math.min(300, Math.max(1, Math.round(service.drain))),
    domains: hosts && [...hosts],
    envVars,
  });
}

const typeOf = (service: DescribedService): string => (isPublic(service) ? 'web' : 'worker');

/** What a group can hold: nothing that Render asks for, and nothing of another service. */
const isGrouped = (setting: EnvironmentSetting): boolean =>
  typeof setting !== 'object' || setting.kind === 'generated' || setting.kind === 'service';

/** The settings as the Blueprint has them, of a service or of a group. */
function variables(
  settings: DescribedService['settings'],
  description: Description,
  name: Name,
  service?: DescribedService,
): object[] {
  return Object.entries(settings)
    .filter(([, setting]) => !isOptional(setting))
    .map(([key, setting]) => {
      const value = variable(setting, description, name);
      const first = description.services.find(
        (one) => JSON.stringify(one.settings[key]) === JSON.stringify(setting),
      );
      if (!('sync' in value) || !service || !first || first === service) return { key, ...value };
      return { key, fromService: { type: typeOf(first), name: name(first.name), envVarKey: key } };
    });
}

function variable(setting: EnvironmentSetting, description: Description, name: Name) {
  if (typeof setting !== 'object') return { value: String(setting) };
  switch (setting.kind) {
    case 'secret':
    case 'required':
    case 'optional':
    case 'recipients':
      return { sync: false };
    case 'generated':
      return { generateValue: true };
    case 'service': {
      const { service, property } = setting;
      const otherwise = () => `${property === 'url' ? 'https://' : ''}${name(service)}.onrender.com`;
      return { value: addressOf(description, service, property, otherwise) };
    }
    case 'store': {
      const store = description.stores.find((one) => one.name === setting.store)!;
      // A Blueprint cannot put a password into an address, so that of MongoDB is given by hand.
      if (store.outside || store.kind === 'mongodb') return { sync: false };
      return { fromService: { type: 'keyvalue', name: name(store.name), property: 'connectionString' } };
    }
  }
}
