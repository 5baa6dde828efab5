import { addressOf, type DescribedService, type Description, isPublic } from '../../config/description.ts';
import type { Setting } from '../../config/settings.ts';
import { compact, yamlFile } from '../../text/made-file.ts';
import { replicaSet, replicaSetVariables } from '../replica-set.ts';
import { commandLine, imageStart } from '../shell-words.ts';
import type { RenderSettings } from './index.ts';

/** `render.yaml`: a Blueprint. Render asks once for each secret; it generates those that are random. */
export function renderBlueprint(description: Description, settings: RenderSettings): string {
  const { services, stores, project, environment } = description;
  const name = (part: string) => `${settings.name ?? project}-${environment}-${part}`;
  const ours = stores.filter(({ outside }) => !outside);
  return yamlFile('render', {
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
      ...services.map((service) => blueprintService(service, description, settings, name)),
    ],
  });
}

function blueprintService(
  service: DescribedService,
  description: Description,
  settings: RenderSettings,
  name: (part: string) => string,
) {
  const { task, domains } = description;
  const hosts = domains[service.name];
  return compact({
    type: isPublic(service) ? 'web' : 'worker',
    name: name(service.name),
    runtime: service.image ? 'image' : 'docker',
    ...(service.image
      ? { image: { url: service.image } }
      : {
          ...(settings.repository ? { repo: settings.repository } : {}),
          branch: settings.branch,
          dockerfilePath: `./${service.dockerfile ?? 'Dockerfile'}`,
          dockerContext: service.root === '.' ? '.' : `./${service.root}`,
        }),
    dockerCommand: commandLine(imageStart(service)),
    plan: settings.plan.replace('_', ' '),
    region: settings.region,
    numInstances: service.replicas,
    autoDeployTrigger: service.image ? undefined : 'off',
    preDeployCommand: task?.service === service.name ? commandLine(task.command) : undefined,
    healthCheckPath: isPublic(service) ? service.health?.path : undefined,
    maxShutdownDelaySeconds: Math.min(300, Math.max(1, Math.round(service.drain))),
    domains: hosts && [...hosts],
    envVars: Object.entries(service.settings).flatMap(([key, setting]) => {
      const value = variable(setting, description, name);
      return value ? [{ key, ...value }] : [];
    }),
  });
}

function variable(setting: Setting, description: Description, name: (part: string) => string) {
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
