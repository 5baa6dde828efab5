import path from 'node:path';
import type { Description } from '../config/description.ts';
import type { Project } from '../config/schema.ts';
import { parseSecretAddress } from '../config/secret-address.ts';
import { commandLine } from '../targets/shell-words.ts';
import { yamlFile } from '../text/made-file.ts';
import { checkout, installOnePassword, setupNode, withVersions } from './actions.ts';
import { type BuiltImage, imagesOf } from './images.ts';

/** What each kind of target needs of the workflow: its credential, as its own tools call it, and images where it builds no commit. */
const places: Readonly<Record<string, { readonly credential: string; readonly images?: true }>> = {
  railway: { credential: 'RAILWAY_API_TOKEN' },
  render: { credential: 'RENDER_API_KEY' },
  digitalocean: { credential: 'DIGITALOCEAN_TOKEN', images: true },
};

const runner = 'ubuntu-24.04';
const node = { uses: setupNode, with: { 'node-version': '24', cache: 'npm' } };

/** A value that GitHub fills in. */
const filled = (expression: string): string => `\${{ ${expression} }}`;

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
  const images = place?.images ? imagesOf(services) : [];
  const vaults = vaultsOf(elsewhere);
  const secrets = ['CONDUCTOR_AGE_KEY', ...(place ? [place.credential] : []), ...vaults.secrets];
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
        ...(images.length > 0 && { images: imagesJob(images) }),
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
      `Approval: Settings → Environments → ${environment} → Required reviewers. Its secrets: ${secrets.join(', ')}.`,
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

/** Builds each image and pushes it to GitHub's registry; its outputs are their names by digest. */
const imagesJob = (images: readonly BuiltImage[]) => ({
  needs: 'checks',
  'runs-on': runner,
  'timeout-minutes': 60,
  permissions: { contents: 'read', packages: 'write' },
  outputs: Object.fromEntries(images.map(({ name }) => [name, filled(`steps.${name}.outputs.image`)])),
  steps: [
    { uses: checkout, with: { 'persist-credentials': false } },
    {
      name: 'sign in to the registry',
      run: 'printf %s "$TOKEN" | docker login ghcr.io --username "$GITHUB_ACTOR" --password-stdin',
      env: { TOKEN: filled('secrets.GITHUB_TOKEN') },
    },
    ...images.map(({ name, context, dockerfile }) => ({
      name: `image ${name}`,
      id: name,
      run: [
        // A repository may have capitals, an image may not.
        `image="ghcr.io/\${GITHUB_REPOSITORY,,}/${name}"`,
        `docker build --build-arg "COMMIT=$GITHUB_SHA" --tag "$image:$GITHUB_SHA" --file ${commandLine([path.posix.join(context, dockerfile)])} ${commandLine([context])}`,
        'docker push "$image:$GITHUB_SHA"',
        `echo "image=$(docker image inspect --format '{{index .RepoDigests 0}}' "$image:$GITHUB_SHA")" >> "$GITHUB_OUTPUT"`,
        '',
      ].join('\n'),
    })),
  ],
});
