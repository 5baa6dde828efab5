import { type ExitCode, exitCode } from '../errors.ts';
import type { Finding } from '../model/finding.ts';
import type { Added } from '../targets/servers.ts';
import type { Common, Context } from './command.ts';
import type { Output } from './output.ts';
import { usage } from './parse.ts';
import { earlyServers, environmentWithServers, none } from './server-environment.ts';
import { open } from './session.ts';

interface Asked {
  readonly word: string | undefined;
  readonly options: Common & {
    readonly install: boolean;
    readonly account: string | undefined;
    readonly advertise: string | undefined;
    readonly 'firewall-elsewhere': boolean;
  };
  readonly context: Context;
}

/** What each action of `conductor server` does. */
export const actions = { add };

async function add({ word, options, context }: Asked): Promise<ExitCode> {
  const { install, account, advertise, json } = options;
  const { output } = context;
  if (word === undefined)
    throw usage({ name: 'server' }, 'add needs an address.', 'Such as ssh://root@203.0.113.10.');
  const environment = await environmentWithServers(context, options.environment, true);
  const servers =
    environment === undefined
      ? await earlyServers(context)
      : (await open(context, environment, { look: true })).target.servers;
  if (!servers) throw none('There is no kind of target with servers of its own.');
  const added = await servers.add({
    ...{ address: word, install, account, advertise, manager: false },
    firewall: !options['firewall-elsewhere'],
    signal: context.interrupt,
    found: (finding) => output.say(lineOf(finding, output)),
    doing: (what) => output.say(output.colors.dim(`… ${what}`)),
  });
  tell(added, word, environment, install, output);
  if (json) output.result(JSON.stringify({ environment: environment ?? null, address: word, ...added }));
  return added.ready ? exitCode.done : exitCode.checksFailed;
}

/** A finding in one line, and how it is mended below it. */
function lineOf({ level, title, fix }: Finding, { colors }: Output): string {
  const mark = { ok: colors.green('✓'), warning: colors.yellow('!'), failure: colors.red('✗') }[level];
  return [`${mark} ${title}`, ...(fix?.split('\n') ?? []).map((line) => `    ${line}`)].join('\n');
}

function tell(
  { ready, done, advertised, role, config }: Added,
  address: string,
  environment: string | undefined,
  install: boolean,
  output: Output,
): void {
  const { colors } = output;
  output.say();
  if (!ready) {
    output.say(`${colors.red('✗')} Something is missing, and it is part of nothing yet.`);
    const where = environment === undefined ? '' : ` ${environment}`;
    if (!install) output.say(`  What can be done for you: conductor server add ${address}${where} --install`);
    return;
  }
  output.say(
    `${colors.green('✓')} ${done.length === 0 ? 'It is whole, and was added before: nothing was to be done.' : 'It is whole.'} ${
      role === 'manager' ? 'It takes orders' : 'It takes replicas'
    }, and other servers reach it at ${advertised}.`,
  );
  if (config.length === 0) return;
  output.say('  To be written in conductor.config.ts:');
  for (const line of config) output.say(`    ${line}`);
}
