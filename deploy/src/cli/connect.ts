import { setTimeout as sleep } from 'node:timers/promises';
import { exitCode } from '../errors.ts';
import { defineCommand } from './command.ts';
import { flag } from './options.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'connect',
  summary: 'Open a shell of a store of the environment, or print its address.',
  details: `MongoDB needs mongosh and Redis redis-cli on this machine; the address reaches them by their environment, never by their command line. With
--print nothing is opened: the address is printed on stdout, with its password, for a variable of a command:
\`MONGO_URL=$(./conductor connect ENVIRONMENT mongodb --print) node count.ts\`. Where this machine cannot reach the store, how the platform
itself lets people in is said instead. A store on own servers is reached through ssh: a printed address works as long as the command runs.
--json, with --print: {environment, store, kind, url}.`,
  args: [{ name: 'store', what: 'Name of the store, as in the config.', known: ({ stores }) => stores }],
  options: { print: flag('Print its address, which is a secret.') },
  async run([store], options, context) {
    const { addressOf, openShell, noStoreNamed } = await import('./store-address.ts');
    const session = await open(context, options.environment, { look: true });
    if (store === undefined) throw noStoreNamed(session);
    const found = await addressOf(session, store);
    if (!options.print) return openShell(session, found, context);
    const { kind, url, tunnel } = found;
    context.output.asked(
      options.json ? JSON.stringify({ environment: session.name, store, kind, url }) : url,
    );
    if (tunnel) {
      context.output.say(
        'It works as long as this command runs: use it elsewhere, then end this with Ctrl-C.',
      );
      await ended(AbortSignal.any([context.interrupt, ...(context.readerGone ? [context.readerGone] : [])]));
    }
    return exitCode.done;
  },
});

/** Waits for it, and keeps this process running meanwhile. */
async function ended(signal: AbortSignal): Promise<void> {
  const day = 24 * 3_600_000;
  while (!signal.aborted) await sleep(day, undefined, { signal }).catch(() => {});
}
