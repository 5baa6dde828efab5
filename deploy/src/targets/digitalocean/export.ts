import { addressOf, type DescribedService, type Description, isPublic } from '../../config/description.ts';
import type { Setting } from '../../config/settings.ts';
import { compact, yamlFile } from '../../text/made-file.ts';
import { commandLine, imageStart } from '../shell-words.ts';
import { port } from '../variables.ts';
import type { DigitalOceanSettings } from './index.ts';
import { imageSource } from './spec.ts';

const engines = { mongodb: 'MONGODB', redis: 'VALKEY' } as const;

/**
 * `.do/app.yaml`: an app spec. Secrets are empty and of type SECRET: they are filled in when the app is made.
 * @throws {ConductorError} `digitalocean.image` (exit 2) for a service without an image by digest.
 */
export function digitaloceanSpec(description: Description, settings: DigitalOceanSettings): string {
  const { services, stores, project, environment, domains, task } = description;
  const name = settings.name ?? `${project}-${environment}`.slice(0, 32);
  const made = services.map((service) => ({
    service,
    component: componentOf(service, description, settings),
  }));
  const before = made.find(({ service }) => service.name === task?.service);
  const hosts = Object.values(domains).flat();
  return yamlFile('digitalocean', {
    name,
    region: settings.region,
    services: made.filter(({ service }) => isPublic(service)).map(({ component }) => component),
    workers: made.filter(({ service }) => !isPublic(service)).map(({ component }) => component),
    ...(task && before
      ? {
          jobs: [
            {
              name: `${task.service}-release`,
              kind: 'PRE_DEPLOY',
              image: before.component.image,
              run_command: commandLine(task.command),
              instance_count: 1,
              instance_size_slug: settings.size,
              envs: before.component.envs,
            },
          ],
        }
      : {}),
    databases: stores
      .filter(({ outside }) => !outside)
      .map((store) => ({
        name: store.name,
        engine: engines[store.kind],
        production: true,
        cluster_name: `${name}-${store.name}`,
      })),
    ingress: {
      rules: services
        .flatMap((service) => service.paths.map((prefix) => ({ name: service.name, prefix })))
        // Long prefixes first: the first rule that fits takes the request.
        .sort((a, b) => b.prefix.length - a.prefix.length)
        .map(({ name: component, prefix }) => ({
          match: { path: { prefix } },
          component: { name: component, preserve_path_prefix: true },
        })),
    },
    ...(hosts.length > 0 && {
      domains: hosts.map((domain, i) => ({
        domain,
        type: i === 0 ? 'PRIMARY' : 'ALIAS',
        minimum_tls_version: '1.2',
      })),
    }),
  });
}

function componentOf(service: DescribedService, description: Description, settings: DigitalOceanSettings) {
  return compact({
    name: service.name,
    image: imageSource(service, undefined),
    run_command: commandLine(imageStart(service)),
    instance_count: service.replicas,
    instance_size_slug: settings.size,
    http_port: isPublic(service) ? port : undefined,
    health_check:
      isPublic(service) && service.health
        ? {
            http_path: service.health.path,
            port,
            period_seconds: 10,
            failure_threshold: Math.max(1, Math.ceil(service.health.deadline / 10)),
          }
        : undefined,
    envs: [
      { key: 'PORT', value: String(port), scope: 'RUN_TIME', type: 'GENERAL' },
      ...Object.entries(service.settings).map(([key, setting]) => ({
        key,
        ...variable(setting, description),
        scope: 'RUN_TIME',
      })),
    ],
  });
}

function variable(setting: Setting, description: Description) {
  const secret = { type: 'SECRET' };
  const plain = (value: string) => ({ value, type: 'GENERAL' });
  if (typeof setting !== 'object') return plain(String(setting));
  if (setting.kind === 'store') {
    const store = description.stores.find(({ name }) => name === setting.store)!;
    return store.outside ? secret : plain(`\${${store.name}.DATABASE_URL}`);
  }
  if (setting.kind === 'service') {
    const otherwise = () => `\${${setting.property === 'url' ? 'APP_URL' : 'APP_DOMAIN'}}`;
    return plain(addressOf(description, setting.service, setting.property, otherwise));
  }
  return secret;
}
