import { addressOf, type DescribedService, type Description, storeVariable } from '../config/description.ts';
import { isAddress } from '../config/secret-address.ts';
import type { EnvironmentSetting, SecretReference } from '../config/settings.ts';
import { imageStart } from '../targets/shell-words.ts';
import { port } from '../targets/variables.ts';
import { compact, yamlFile } from '../text/made-file.ts';
import { filled, limits, literal, logging, network, wanted, wantedIn } from './compose-parts.ts';
import { composeStores, storeService } from './compose-stores.ts';
import { imageName } from './images.ts';

/** `docker/compose.prod.yml`: the whole project on one machine, from its images. Secrets come from the environment or `.env`. */
export function composeFile(description: Description): string {
  const own = description.stores.filter(({ outside }) => !outside);
  const { task } = description;
  const first = description.services.find(({ name }) => name === task?.service);
  const content = {
    name: description.project,
    services: {
      ...Object.fromEntries(own.map((store) => [store.name, storeService(store)])),
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
    networks: { default: { ipam: { config: [{ subnet: network }] } } },
    volumes: Object.fromEntries(own.map(({ name }) => [name, {}])),
  };
  return yamlFile('compose', content, remarks(wantedIn(JSON.stringify(content))));
}

/** What whoever opens the file has to know first. */
const remarks = (names: readonly string[]): string[] => [
  '',
  'FOR TRYING, AND NOT A DEPLOY. What Compose does not promise, and a deploy with Conductor does:',
  '- An update stops the containers before their successors serve: requests are lost each time, and live connections.',
  '- A release that does not start has taken the one before away by then, and visitors get errors until somebody mends it.',
  '- Nothing is proven before it serves, watched after, or rolled back; no backup is made before.',
  'On servers of your own the target `swarm` of conductor.config.ts does all of it, and is as quickly set up: docs/guides/own-server.md of Conductor.',
  '',
  'Build and start, and wait until everything is up: docker compose -f docker/compose.prod.yml up --build --detach --wait',
  'It listens on this machine alone, 127.0.0.1:8080 (HTTP_PORT); certificates and HTTPS are of a proxy before it, which says in X-Forwarded-For',
  'who the visitor is, and in X-Forwarded-Proto how they came. A setting without a value here is taken from the environment, where it has one.',
  ...(names.length > 0
    ? [
        '',
        'All of these must be set. Put them into .env beside this file, and that file into no repository; for passwords and keys that only',
        'this file knows: openssl rand -hex 32',
        ...names.map((name) => `  ${name}=`),
      ]
    : []),
];

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
  init: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  ...limits(service.name, '512m'),
  logging,
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
    // One of them takes the visitors, from the proxy on this machine; the others are asked through it, or by one another.
    ports: service.paths.includes('/') ? [`127.0.0.1:\${HTTP_PORT:-8080}:${port}`] : undefined,
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
  if (typeof setting !== 'object') return literal(String(setting));
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
      return composeStores[store.kind].url(store.name, description.project);
    }
  }
}
