import type { Description } from '../config/description.ts';
import type { Project } from '../config/schema.ts';
import { commandLine } from '../targets/shell-words.ts';
import { yamlFile } from '../text/made-file.ts';

/** The credentials of each kind of target, as its own tools call them. */
const credentials: Readonly<Record<string, readonly string[]>> = {
  railway: ['RAILWAY_API_TOKEN'],
  render: ['RENDER_API_KEY'],
  digitalocean: ['DIGITALOCEAN_TOKEN'],
};

// Whole versions: a tag such as `v5` changes under the workflow.
const checkout = 'actions/checkout@v5.0.0';
const setupNode = { uses: 'actions/setup-node@v5.0.0', with: { 'node-version': '24', cache: 'npm' } };

/**
 * `.github/workflows/deploy.yml`: each push to the environment's branch is checked and then deployed, one at a time, after
 * whoever GitHub's environment of that name asks for approval.
 */
export function githubWorkflow(
  { environment, branch, target }: Description,
  { test, lint, build }: Project['commands'],
): string {
  const checks = Object.entries({ lint, test, build }).flatMap(([name, command]) =>
    command ? [{ name, run: commandLine(command) }] : [],
  );
  const secrets = ['CONDUCTOR_AGE_KEY', ...(credentials[target.kind] ?? [])];
  return yamlFile(
    'github',
    {
      name: `Deploy ${environment}`,
      on: { push: { branches: [branch] } },
      permissions: {},
      concurrency: { group: `deploy-${environment}`, 'cancel-in-progress': false },
      jobs: {
        checks: {
          'runs-on': 'ubuntu-24.04',
          'timeout-minutes': 60,
          permissions: { contents: 'read' },
          steps: [
            { uses: checkout, with: { 'persist-credentials': false } },
            setupNode,
            { name: 'install', run: 'npm ci' },
            ...checks,
          ],
        },
        deploy: {
          needs: 'checks',
          'runs-on': 'ubuntu-24.04',
          'timeout-minutes': 90,
          environment,
          permissions: { contents: 'write' },
          steps: [
            { uses: checkout, with: { 'fetch-depth': 0 } },
            setupNode,
            {
              name: 'deploy',
              run: `./conductor deploy ${environment}`,
              env: Object.fromEntries(secrets.map((name) => [name, `\${{ secrets.${name} }}`])),
            },
          ],
        },
      },
    },
    [
      `This is the deploy on push: whatever is pushed to ${branch} and passes the checks goes to ${environment}.`,
      `Approval: Settings → Environments → ${environment} → Required reviewers. Its secrets: ${secrets.join(', ')}.`,
      'The deploy job writes the history of deploys and the tag of the release, so it may write contents.',
    ],
  );
}
