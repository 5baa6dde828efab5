import { type Status, statusOf } from '../engine/status.ts';
import { exitCode } from '../errors.ts';
import { defineCommand } from './command.ts';
import { environmentArgument } from './options.ts';
import type { Colors } from './output.ts';
import { open } from './session.ts';
import { table } from './table.ts';

export default defineCommand({
  name: 'status',
  summary: 'What is live, and how its services and stores are.',
  details:
    '--json: {environment, state, release: {version, commit, deployedAt}, services: [{name, state, replicas, version, restarts}], stores: [{name, kind, state}], urls}.',
  args: [environmentArgument],
  options: {},
  async run([environment], { json }, context) {
    const status = await statusOf(await open(context, environment === undefined ? {} : { environment }));
    context.output.result(json ? JSON.stringify(status) : describe(status, context.output.colors));
    return exitCode.done;
  },
});

function describe({ environment, state, release, services, stores, urls }: Status, colors: Colors): string {
  const mark = { live: colors.green('●'), degraded: colors.yellow('●'), deploying: colors.cyan('●') }[
    state as string
  ];
  const what = release
    ? ` ${release.version}${release.commit ? ` (${release.commit.slice(0, 7)})` : ''}`
    : '';
  return [
    `${mark ?? colors.red('●')} ${environment}: ${state}${what}${release?.deployedAt ? `, since ${release.deployedAt}` : ''}`,
    ...table(
      services.map((each) => [
        each.name,
        each.state,
        `${each.replicas} ready`,
        each.version ?? '-',
        `${each.restarts} restarts`,
      ]),
    ),
    ...table(stores.map((each) => [each.name, each.state, each.kind])),
    ...table(Object.entries(urls)),
  ].join('\n');
}
