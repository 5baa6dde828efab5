import { addressOf, type DescribedService, type Description, storeVariable } from '../config/description.ts';
import { isAddress } from '../config/secret-address.ts';
import type { EnvironmentSetting, SecretReference } from '../config/settings.ts';
import { imageStart } from '../targets/shell-words.ts';
import { port } from '../targets/variables.ts';
import { compact, yamlFile } from '../text/made-file.ts';
import { imageName } from './images.ts';

/** Images of the stores, by their major version. A replica set of one member, for transactions and change streams. */
const stores = {
  mongodb: {
    image: 'mongo:8',
    command: ['mongod', '--replSet', 'rs0', '--bind_ip_all'],
    data: '/data/db',
    healthcheck: {
      test: [
        'CMD',
        'mongosh',
        '--quiet',
        '--eval',
        "try { rs.status().ok } catch { rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'HOST:27017' }] }).ok }",
      ],
      interval: '5s',
      timeout: '10s',
      retries: 12,
    },
  },
  redis: {
    image: 'redis:8',
    // Queues lose jobs with any other policy, and without a log on disk.
    command: ['redis-server', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
    data: '/data',
    healthcheck: { test: ['CMD', 'redis-cli', 'ping'], interval: '5s', timeout: '3s', retries: 12 },
  },
} as const;

/** `docker/compose.prod.yml`: the whole project on one machine, from its images. Secrets come from the environment or `.env`. */
export function composeFile(description: Description): string {
  const own = description.stores.filter(({ outside }) => !outside);
  const { task } = description;
  const first = description.services.find(({ name }) => name === task?.service);
  return yamlFile(
    'compose',
    {
      name: description.project,
      services: {
        ...Object.fromEntries(
          own.map(({ name, kind }) => {
            const { data, healthcheck, ...store } = stores[kind];
            const test = healthcheck.test.map((word) => word.replace('HOST', name));
            return [
              name,
              {
                ...store,
                restart: 'unless-stopped',
                volumes: [`${name}:${data}`],
                healthcheck: { ...healthcheck, test },
              },
            ];
          }),
        ),
        ...(task && first
          ? {
              release: {
                ...base(first, description),
                command: task.command,
                restart: 'no',
                depends_on: ready(own),
              },
            }
          : {}),
        ...Object.fromEntries(
          description.services.map((service) => [
            service.name,
            serviceOf(service, description, Boolean(task && first)),
          ]),
        ),
      },
      volumes: Object.fromEntries(own.map(({ name }) => [name, {}])),
    },
    [
      'Build and start: docker compose -f docker/compose.prod.yml up --build --detach',
      'It asks for the secrets that are missing; put them into .env beside this file, and that file into no repository.',
    ],
  );
}

/** What Compose fills in from the environment or `.env`. */
const filled = (inside: string): string => `\${${inside}}`;
const wanted = (name: string): string => filled(`${name}:?is not set`);

const ready = (own: readonly { name: string }[]) =>
  Object.fromEntries(own.map(({ name }) => [name, { condition: 'service_healthy' }]));

/** What the service and the release task that runs in its image have in common. */
const base = (service: DescribedService, description: Description) => ({
  image: service.image ?? `${description.project}-${imageName(service)}:\${VERSION:-latest}`,
  ...(service.image
    ? {}
    : {
        build: {
          context: service.root === '.' ? '..' : `../${service.root}`,
          dockerfile: service.dockerfile ?? 'Dockerfile',
          args: { VERSION: filled('VERSION:-unversioned'), COMMIT: filled('COMMIT:-unknown') },
        },
      }),
  read_only: true,
  tmpfs: ['/tmp'],
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  environment: {
    PORT: String(port),
    HOST: '0.0.0.0',
    CONDUCTOR_SERVICE: service.name,
    CONDUCTOR_ENVIRONMENT: description.environment,
    ...Object.fromEntries(
      Object.entries(service.settings).map(([key, setting]) => [key, variable(key, setting, description)]),
    ),
  },
});

function serviceOf(service: DescribedService, description: Description, released: boolean) {
  const own = description.stores.filter(({ outside }) => !outside);
  return compact({
    ...base(service, description),
    command: imageStart(service).length > 0 ? [...imageStart(service)] : undefined,
    restart: 'unless-stopped',
    stop_grace_period: `${Math.max(1, Math.round(service.drain))}s`,
    // One of them takes the visitors; the others are asked through it, or by one another.
    ports: service.paths.includes('/') ? [`\${HTTP_PORT:-80}:${port}`] : undefined,
    deploy:
      service.replicas > 1 ? { replicas: service.paths.includes('/') ? 1 : service.replicas } : undefined,
    depends_on: {
      ...ready(own),
      ...(released ? { release: { condition: 'service_completed_successfully' } } : {}),
    },
  });
}

/** What is kept elsewhere has no name of its own here. */
const ownName = (key: string, { name }: SecretReference): string => (isAddress(name) ? key : name);

function variable(key: string, setting: EnvironmentSetting, description: Description): string | null {
  if (typeof setting !== 'object') return String(setting).replaceAll('$', '$$$$');
  switch (setting.kind) {
    case 'secret':
      return wanted(ownName(key, setting));
    case 'generated':
    case 'required':
    case 'recipients':
      return wanted(key);
    case 'optional':
      // Left out of the container where it has no value.
      return key === ownName(key, setting.setting) ? null : `\${${ownName(key, setting.setting)}:-}`;
    case 'service': {
      const { service, property } = setting;
      const otherwise = () => (property === 'url' ? wanted('PUBLIC_URL') : wanted('PUBLIC_HOST'));
      return addressOf(description, service, property, otherwise);
    }
    case 'store': {
      const store = description.stores.find(({ name }) => name === setting.store)!;
      if (store.outside) return wanted(storeVariable(store));
      return store.kind === 'mongodb'
        ? `mongodb://${store.name}:27017/${description.project}?replicaSet=rs0`
        : `redis://${store.name}:6379`;
    }
  }
}
