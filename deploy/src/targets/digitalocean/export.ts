import { addressOf, type DescribedService, type Description, isPublic } from '../../config/description.ts';
import { isOptional, leftOut } from '../../config/optional-settings.ts';
import { repositoryUrl } from '../../config/repository.ts';
import type { EnvironmentSetting } from '../../config/settings.ts';
import { ConductorError, exitCode } from '../../errors.ts';
import { compact, deploysOnPush, yamlFile } from '../../text/made-file.ts';
import { commandLine, imageStart } from '../shell-words.ts';
import { port } from '../variables.ts';
import type { DigitalOceanSettings } from './index.ts';
import { appName } from './names.ts';
import { imageSource } from './spec.ts';

const engines = { mongodb: 'MONGODB', redis: 'VALKEY' } as const;

/**
 * `.do/app.yaml`: an app spec. Secrets are empty and of type SECRET: they are filled in when the app is made. Those that may have no value
 * are left out and named at the top. Services run their images, or are built from the repository where they have none.
 * @throws {ConductorError} `digitalocean.image` for an image that DigitalOcean cannot run, `export.no-repository` without one (exit 2).
 */
export function digitaloceanSpec(description: Description, settings: DigitalOceanSettings): string {
  const { services, stores, environment, branch, domains, task } = description;
  const name = appName({ settings, ...description });
  const made = services.map((service) => ({
    service,
    component: componentOf(service, description, settings),
  }));
  const before = made.find(({ service }) => service.name === task?.service);
  const hosts = Object.values(domains).flat();
  const spec = {
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
              ...sourceOf(before.service, description),
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
  };
  const built = services.some(({ image }) => !image);
  const remarks = [
    ...deploysOnPush(environment, branch),
    ...(built
      ? [
          'Built here from the branch. Conductor itself deploys images by digest to DigitalOcean: `image` of each service.',
        ]
      : []),
    ...leftOut(services),
  ];
  return yamlFile('digitalocean', spec, remarks, { flow: 'envs' });
}

/** What a component runs, as the spec has it: an image by digest, or the branch, which is built when someone says so. */
function sourceOf(service: DescribedService, { repository, branch }: Description) {
  if (service.image) return { image: imageSource(service, undefined) };
  if (!repository)
    throw new ConductorError({
      code: 'export.no-repository',
      message: `DigitalOcean cannot get the code of ${service.name}: no repository is known.`,
      hint: 'Add the git remote of the repository (git remote add origin URL), or give the service an `image` by digest.',
      exit: exitCode.usage,
    });
  const hosted = { repo: repository.name, branch, deploy_on_push: false };
  const sources: Readonly<Record<string, object>> = {
    'github.com': { github: hosted },
    'gitlab.com': { gitlab: hosted },
    'bitbucket.org': { bitbucket: hosted },
  };
  return {
    ...(sources[repository.host] ?? { git: { repo_clone_url: `${repositoryUrl(repository)}.git`, branch } }),
    source_dir: service.root === '.' ? '/' : service.root,
    dockerfile_path: service.dockerfile ?? 'Dockerfile',
  };
}

function componentOf(service: DescribedService, description: Description, settings: DigitalOceanSettings) {
  return compact({
    name: service.name,
    ...sourceOf(service, description),
    run_command: commandLine(imageStart(service)) || undefined,
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
      { key: 'PORT', value: String(port), scope: 'RUN_TIME' },
      ...Object.entries(service.settings)
        .filter(([, setting]) => !isOptional(setting))
        .map(([key, setting]) => ({ key, ...variable(setting, description), scope: 'RUN_TIME' })),
    ],
  });
}

function variable(setting: EnvironmentSetting, description: Description) {
  const secret = { type: 'SECRET' };
  const plain = (value: string) => ({ value });
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
