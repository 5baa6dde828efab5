import type { Description } from '../config/description.ts';
import type { Project } from '../config/schema.ts';
import { parseSecretAddress } from '../config/secret-address.ts';
import { commandLine } from '../targets/shell-words.ts';
import { yamlFile } from '../text/made-file.ts';
import { checkout, installOnePassword, setupNode, withVersions } from './actions.ts';
import { imagesJobs, type Processor, registry } from './github-images.ts';
import { imagesOf } from './images.ts';

/** A value that GitHub fills in. */
const filled = (expression: string): string => `\${{ ${expression} }}`;

interface Place {
  /** As the place's own tools call it. */
  readonly credential?: string;
  /** Where it builds no commit: for which processors it needs images, by its settings. */
  readonly images?: (settings: unknown) => readonly Processor[];
  /** It is reached by ssh. */
  readonly ssh?: true;
}

/** What each kind of target needs of the workflow. */
const places: Readonly<Record<string, Place>> = {
  railway: { credential: 'RAILWAY_API_TOKEN' },
  render: { credential: 'RENDER_API_KEY' },
  digitalocean: { credential: 'DIGITALOCEAN_TOKEN', images: () => ['amd64'] },
  // Its images are built on the server, but where it gets them from the registry in which the workflow may write. Nobody knows here what kind of machine it is.
  swarm: { ssh: true, images: (settings) => (comeFromGitHub(settings) ? ['amd64', 'arm64'] : []) },
};

const comeFromGitHub = (settings: unknown): boolean =>
  (settings as { registry?: { server: string } }).registry?.server === registry;

/** How the runner reaches a server by ssh as whoever deploys does: with a key of its own, and knowing the server's before it speaks to it. */
const sshStep = {
  name: 'key of the server',
  run: [
    'install -d -m 700 ~/.ssh',
    'umask 077',
    `printf '%s\\n' "$SSH_PRIVATE_KEY" > ~/.ssh/id_ed25519`,
    `printf '%s\\n' "$SSH_KNOWN_HOSTS" > ~/.ssh/known_hosts`,
    '',
  ].join('\n'),
  env: Object.fromEntries(
    ['SSH_PRIVATE_KEY', 'SSH_KNOWN_HOSTS'].map((name) => [name, filled(`secrets.${name}`)]),
  ),
};

const runner = 'ubuntu-24.04';
const node = { uses: setupNode, with: { 'node-version': '24', cache: 'npm' } };

/**
 * `.github/workflows/deploy.yml`: each push to the environment's branch is checked and then deployed, one at a time, after
 * whoever GitHub's environment of that name asks for approval. Where the place runs images only, they are built in between.
 * @param launcher how Conductor is called in the project
 * @param elsewhere addresses of secrets that are kept elsewhere, which the deploy reads
 */
export function githubWorkflow(
  { environment, branch, services, target }: Description,
  { test, lint, build, pass = [] }: Project['commands'],
  launcher: string,
  elsewhere: readonly string[] = [],
): string {
  const checks = Object.entries({ lint, test, build }).flatMap(([name, command]) =>
    command ? [{ name, run: commandLine(command) }] : [],
  );
  const place = places[target.kind];
  const processors = place?.images?.(target.settings) ?? [];
  const images = processors.length > 0 ? imagesOf(services) : [];
  const vaults = vaultsOf(elsewhere);
  const secrets = ['CONDUCTOR_AGE_KEY', ...(place?.credential ? [place.credential] : []), ...vaults.secrets];
  // What the config lets the commands have: secrets or plain variables of the repository.
  const passed = Object.fromEntries(pass.map((name) => [name, filled(`secrets.${name} || vars.${name}`)]));
  const workflow = yamlFile(
    'github',
    {
      name: `Deploy ${environment}`,
      on: { push: { branches: [branch] } },
      permissions: {},
      concurrency: { group: `deploy-${environment}`, 'cancel-in-progress': false },
      jobs: {
        checks: {
          'runs-on': runner,
          'timeout-minutes': 60,
          permissions: { contents: 'read' },
          ...(pass.length > 0 && { env: passed }),
          steps: [
            { uses: checkout, with: { 'persist-credentials': false } },
            node,
            { name: 'install', run: 'npm ci' },
            ...checks,
          ],
        },
        ...(images.length > 0 && imagesJobs(images, processors)),
        deploy: {
          needs: images.length > 0 ? ['checks', 'images'] : 'checks',
          'runs-on': runner,
          'timeout-minutes': 90,
          environment,
          permissions: { contents: 'write' },
          steps: [
            { uses: checkout, with: { 'fetch-depth': 0 } },
            node,
            // Before the step that has the secrets, so that no script of a dependency runs with them; a launcher installs by itself.
            { name: 'install', run: launcher.startsWith('npx') ? 'npm ci' : `${launcher} --version` },
            ...vaults.steps,
            ...(place?.ssh ? [sshStep] : []),
            {
              name: 'deploy',
              run: `${launcher} deploy ${environment}`,
              env: {
                ...Object.fromEntries(secrets.map((name) => [name, filled(`secrets.${name}`)])),
                ...Object.fromEntries(
                  images.map(({ name, variable }) => [variable, filled(`needs.images.outputs.${name}`)]),
                ),
                ...passed,
              },
            },
          ],
        },
      },
    },
    [
      `This is the deploy on push: whatever is pushed to ${branch} and passes the checks goes to ${environment}.`,
      `Approval: Settings → Environments → ${environment} → Required reviewers. Its secrets: ${[...secrets, ...(place?.ssh ? Object.keys(sshStep.env) : [])].join(', ')}.`,
      ...(pass.length > 0
        ? [`Secrets or variables of the repository, for its own commands: ${pass.join(', ')}.`]
        : []),
      ...(images.length > 0
        ? [
            `The images go to GitHub's registry, and the config is told their digests: ${images
              .map(({ variable }) => `image: process.env.${variable}`)
              .join(', ')}.`,
          ]
        : []),
      'The deploy job writes the history of deploys and the tag of the release, so it may write contents.',
    ],
  );
  return withVersions(workflow);
}

/** What a deploy needs to read secrets that are kept elsewhere: the tools that the runner does not have, and who may read. */
function vaultsOf(elsewhere: readonly string[]): {
  readonly secrets: readonly string[];
  readonly steps: readonly object[];
} {
  const places = elsewhere.map(parseSecretAddress);
  const has = (kind: string) => places.some((place) => place.kind === kind);
  return {
    secrets: [
      ...new Set([
        ...(has('op') ? ['OP_SERVICE_ACCOUNT_TOKEN'] : []),
        ...(has('aws-sm') ? ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION'] : []),
        ...places.flatMap((place) => (place.kind === 'env' ? [place.name] : [])),
      ]),
    ],
    steps: has('op') ? [{ uses: installOnePassword }] : [],
  };
}
