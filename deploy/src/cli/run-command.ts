import { exitCode } from '../errors.ts';
import { defineCommand } from './command.ts';
import { wait } from './options.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'run',
  summary: 'Run a command of a service, with the settings of the release that is live.',
  details: `The config names the commands (\`commands\` of a service); without a name, they are listed. Words after the command are passed to it
as they are typed, with no shell between: \`conductor run production backend reset-password ana@example.com\`; those that begin with - come
after --. Its settings reach it by its environment alone; it reads and writes what this command does, and its exit code is the one of this
command. A link (\`secretLink()\`) runs nothing: it is printed on stdout for as long as it works.
The history records who ran which command and when, but neither its arguments nor its output. Where Conductor can run nothing on the platform, how to do it by
hand is said instead.
--json: {environment, version, service, command, code, stdout}; of a link {environment, version, service, command, link, used}, one of them null;
without a command [{service, command, runs, last: {at, by}}].`,
  args: [
    { name: 'service', what: 'The service whose command it is.', known: ({ services }) => services },
    { name: 'command', what: 'Its name. Left out: what there is.' },
  ],
  rest: { name: 'words', what: 'Passed to it as they are.' },
  options: { wait },
  async run([service, command, ...words], options, context) {
    const { list, ask } = await import('./run-command-actions.ts');
    const session = await open(context, options.environment, { look: true });
    if (service === undefined || command === undefined) {
      await list(session, service, options, context);
      return exitCode.done;
    }
    const given = words.filter((word) => word !== undefined);
    return ask(session, { service, command, words: given }, options, context);
  },
});
