import { type ExitCode, exitCode } from '../errors.ts';
import type { Difference } from '../plan/plan.ts';
import { shownValues } from '../text/shown-values.ts';
import { defineCommand } from './command.ts';
import { adopt, flag, upgradeStores } from './options.ts';
import type { Colors } from './output.ts';
import { open } from './session.ts';

/** `--detailed-exit-code`: there are changes. Outside the common list, and only when asked for. */
const changesExit = 10 as ExitCode;

export default defineCommand({
  name: 'plan',
  summary: 'What a deploy would change, and what was changed by hand. Changes nothing.',
  details: `Plain settings are shown by their values (LOG_LEVEL of backend  info → warn), secrets by keyed fingerprints alone: whatever is a secret in
the config, in the release that serves or on the platform, and whatever was put in by hand.
A setting that has no value yet is listed: a deploy is refused until it has one.
--offline asks no platform, so it needs no token, key or network: it shows what would be made where there is nothing yet.
What exists and was not made by Conductor for this environment is shown, and changed only when --adopt names it.
--json: {environment, live, differences, drift, destructive, missing, foreign, upgrades: [{store, from, to}], hooks: [{name, command, deadline}]}, values in full, and secret: true beside fingerprints; with --offline also {offline, secrets}.`,
  args: [],
  options: {
    offline: flag('Preview as if nothing existed: ask no platform.'),
    adopt,
    'upgrade-stores': upgradeStores,
    'detailed-exit-code': flag('End with 10 when there are changes, and with 0 when there are none.'),
  },
  async run(_, options, context) {
    const { colors } = context.output;
    if (options.offline) {
      const { showPreview } = await import('./plan-offline.ts');
      const count = await showPreview(context, options, (each) => line(each, colors));
      return options['detailed-exit-code'] && count > 0 ? changesExit : exitCode.done;
    }
    const { hooksOf } = await import('../config/hooks.ts');
    const { showHooks } = await import('./plan-hooks.ts');
    const { planDeploy } = await import('../engine/planning.ts');
    const { isDestructive } = await import('../plan/plan.ts');
    const session = await open(context, options.environment, {
      incomplete: true,
      readsElsewhere: true,
    });
    const { plan } = await planDeploy(session, {
      adopt: new Set(options.adopt),
      upgradeStores: options['upgrade-stores'],
    });
    const { live, differences, drift, foreign, upgrades } = plan;
    const destructive = isDestructive(plan);
    const { missing } = session.desired;
    const hooks = hooksOf(session.project, session.environment);
    if (options.json) {
      context.output.result(
        JSON.stringify({
          environment: session.name,
          live,
          differences,
          drift,
          destructive,
          missing,
          foreign,
          upgrades,
          hooks,
        }),
      );
    } else {
      for (const each of differences) context.output.result(line(each, colors));
      if (differences.length === 0)
        context.output.result(`${session.name} is as it should be: nothing to do.`);
      if (drift.length > 0) {
        context.output.result('\nChanged by hand since the last deploy (a deploy sets it back):');
        for (const each of drift) context.output.result(line(each, colors));
      }
      showHooks(hooks, context.output);
      if (missing.length > 0) {
        context.output.say('\nWithout a value, so a deploy is refused:');
        for (const each of missing) context.output.say(`  ${each}`);
      }
      if (foreign.length > 0) {
        const adopting = foreign.map(({ name }) => `--adopt ${name}`).join(' ');
        context.output.say(
          `\nExists and was not made by Conductor for this environment, so a deploy is refused unless told to take it over: conductor deploy ${session.name} ${adopting}`,
        );
      }
      if (upgrades.length > 0) {
        const each = upgrades.map(({ store, from, to }) => `  ${store}: ${from} → ${to}`).join('\n');
        context.output.say(
          options['upgrade-stores']
            ? `\nStores start again, and nobody can save meanwhile, about a minute:\n${each}`
            : `\nStores run as another version than the settings name:\n${each}\nA deploy leaves them as they are unless told: conductor deploy ${session.name} --upgrade-stores`,
        );
      }
      if (destructive) context.output.say('\nThis takes something away: deploy needs --confirm-destructive.');
    }
    return options['detailed-exit-code'] && differences.length > 0 ? changesExit : exitCode.done;
  },
});

function line({ what, action, name, service, from, to, secret }: Difference, colors: Colors): string {
  const mark = {
    add: colors.green('+'),
    change: colors.yellow('~'),
    remove: colors.red('-'),
    adopt: colors.yellow('! adopt'),
  }[action];
  const where = service === undefined || service === name ? '' : ` of ${service}`;
  const known = shownValues([from, to].filter((value) => value !== undefined)).join(' → ');
  const values = secret ? `secret ${known}` : known;
  return `${mark} ${what === 'release' ? 'release' : `${what} ${name}${where}`}${values && `  ${colors.dim(values)}`}`;
}
