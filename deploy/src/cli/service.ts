import { exitCode } from '../errors.ts';
import { defineCommand } from './command.ts';
import { flag } from './options.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'service',
  summary:
    'Serve from boot to shutdown of this machine: a systemd unit that starts and stops the environment.',
  details: `The unit runs \`start\` at boot and \`stop\` at shutdown, as you: ~/.config/systemd/user; with --system as the owner of the project, which
needs root: /etc/systemd/system. No setting and no secret is in it. What was stopped by hand is started at the next boot, unless the unit is
uninstalled. Without systemd (macOS, most containers) let whatever starts programs there run \`start\`.
--json: {environment, unit, file, installed, current (as it would be written now), enabled, active: systemd's own words, or null}.`,
  args: [],
  actions: {
    status: { what: 'Whether it is installed, and what systemd says of it.', args: [] },
    install: { what: 'Write the unit and enable it; again, to bring it up to date.', args: [] },
    uninstall: { what: 'Disable and remove it; what runs goes on.', args: [] },
  },
  options: {
    system: flag('For the whole machine, in place of your own user: needs root.'),
    print: flag('install: only print the unit.'),
  },
  async run([action], options, context) {
    const { actions } = await import('./service-actions.ts');
    const session = await open(context, options.environment, { look: true });
    await actions[action as keyof typeof actions]({ session, options, context });
    return exitCode.done;
  },
});
