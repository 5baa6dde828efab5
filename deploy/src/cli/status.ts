import type { LastBackup } from '../engine/last-backup.ts';
import type { LastDeploy, Status, UnderWay } from '../engine/status.ts';
import { exitCode } from '../errors.ts';
import type { WarmRelease } from '../model/observed.ts';
import { ago, moment } from '../text/moment.ts';
import { table } from '../text/table.ts';
import { defineCommand } from './command.ts';
import { describeMaintenance } from './maintenance.ts';
import type { Colors } from './output.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'status',
  summary: 'What is live, and how its services and stores are.',
  details: `States: live, degraded, down (nothing of it serves), stopped (on purpose), deploying, interrupted, never deployed, unknown.
Where the platform cannot be reached it ends with 7, and the release is the last one known.
--json: {environment, state, release: {version, commit, deployedAt}, services: [{name, state, replicas, version, restarts}], stores: [{name, kind, state}], urls,
trouble: null | why the platform could not say more, seen: whether it could be asked, next: null | the command that starts it again,
maintenance: null | {since, by, message, page} while visitors are kept out,
warm: null | {version, until, megabytes} of the release before, while it still runs (until: null by the next deploy),
underWay: null | {what, by, since, step: null | {title, since}, interrupted}, lastDeploy: null | {kind, version, by, startedAt, verdict, seconds, detail},
backup: null (none are kept) | {state: good | late | none | unknown, id, at, ageHours, problem}}.`,
  args: [],
  options: {},
  async run(_, { environment, json }, context) {
    const { statusOf } = await import('../engine/status.ts');
    const status = await statusOf(await open(context, environment, { look: true }));
    if (json) context.output.result(JSON.stringify(status));
    else context.output.resultForPeople(describe(status, context.output.colors));
    return status.seen ? exitCode.done : exitCode.unknown;
  },
});

function describe(status: Status, colors: Colors): string {
  const { environment, state, release, services, stores, urls, trouble, next } = status;
  const { underWay, lastDeploy, backup, warm, maintenance } = status;
  const mark = { live: colors.green('●'), degraded: colors.yellow('●'), deploying: colors.cyan('●') }[
    state as string
  ];
  const known = status.seen ? '' : 'last known: ';
  return [
    `${mark ?? colors.red('●')} ${environment}: ${state}${release ? `, ${known}${describeRelease(release)}` : ''}`,
    ...table(
      services.map((each) => [
        each.name,
        each.state,
        `${each.replicas} ready`,
        each.version ?? '-',
        each.restarts === 0 ? '' : plural(each.restarts, 'restart'),
      ]),
    ),
    ...table(stores.map((each) => [each.name, each.state, each.kind])),
    ...table(Object.entries(urls)),
    ...(trouble ? [`  ${trouble}`] : []),
    ...(next ? [`  ${state === 'stopped' ? 'Start it again' : 'Bring it back'}: ${next}`] : []),
    ...(maintenance ? describeMaintenance(maintenance, environment).map((line) => `  ${line}`) : []),
    ...(warm ? [`  ${describeWarm(warm, environment)}`] : []),
    ...(lastDeploy?.verdict
      ? [`  Last ${describeDeploy({ ...lastDeploy, verdict: lastDeploy.verdict })}`]
      : []),
    ...(lastDeploy?.verdict === 'unknown'
      ? [`  Look again: conductor resume ${environment}, or undo it: conductor abort ${environment}`]
      : []),
    ...(backup ? [`  ${describeBackup(backup, environment)}`] : []),
    ...(underWay ? ['', ...describeWork(underWay, environment, colors)] : []),
  ].join('\n');
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

const describeRelease = ({ version, commit, deployedAt }: NonNullable<Status['release']>) =>
  `${version}${commit ? ` (${commit.slice(0, 7)})` : ''}${deployedAt ? ` since ${moment(deployedAt)}, ${ago(deployedAt)}` : ''}`;

const describeWarm = ({ version, until, megabytes }: WarmRelease, environment: string): string =>
  `Kept warm: ${version} until ${until === null ? 'the next deploy' : moment(until)}${megabytes === null ? '' : `, ${megabytes} MB of memory`}. Go back at once: conductor rollback ${environment} ${version}`;

function describeDeploy({
  kind,
  version,
  verdict,
  by,
  startedAt,
  detail,
}: LastDeploy & { readonly verdict: string }): string {
  const who = `${by.user}@${by.host}, ${ago(startedAt)}`;
  const why = detail === null ? '' : ` (${detail.split('\n', 1)[0]})`;
  return `${kind}: ${version} ${verdict}, by ${who}${why}`;
}

function describeBackup(backup: LastBackup, environment: string): string {
  switch (backup.state) {
    case 'good':
      return `Last good backup: ${backup.id}, ${ago(backup.at)}`;
    case 'late':
      return `Last good backup: ${backup.id}, ${ago(backup.at)}: too old. conductor backup create ${environment}`;
    case 'none':
      return `Last good backup: there is none. conductor backup create ${environment}`;
    case 'unknown':
      return `Last good backup: not known: ${backup.problem}`;
  }
}

function describeWork(
  { what, by, since, step, interrupted }: UnderWay,
  environment: string,
  colors: Colors,
): string[] {
  const who = `${by.user}@${by.host}`;
  const at = step ? `in the step "${step.title}"` : 'between two steps';
  if (!interrupted) {
    return [
      `${colors.cyan('●')} Under way: ${what} by ${who} since ${moment(since)}${step ? `, ${at}` : ''}`,
    ];
  }
  return [
    `${colors.red('●')} Interrupted: ${what} by ${who}, begun at ${moment(since)}, ${at}`,
    `  End it: conductor resume ${environment}, or conductor abort ${environment}`,
  ];
}
