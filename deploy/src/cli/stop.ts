import { ConductorError, exitCode } from '../errors.ts';
import { defineCommand } from './command.ts';
import { wait } from './options.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'stop',
  summary:
    'Stop everything of the environment and keep its data; `start` or the next deploy starts it again.',
  details: '--json: {environment, state: "stopped"}.',
  args: [],
  options: { wait },
  async run(_, options, context) {
    const { withLock } = await import('../engine/with-lock.ts');
    const session = await open(context, options.environment, { look: true });
    const { target, ledger, by, name } = session;
    if (!target.stop) {
      throw new ConductorError({
        code: 'stop.not-here',
        message: `${target.name} cannot be stopped as a whole.`,
        hint: 'Stop its services where they run.',
        exit: exitCode.usage,
      });
    }
    const attended = { reporter: context.output.reporter(), interrupt: context.interrupt };
    await withLock(session, { reason: 'stop', wait: options.wait ?? 0, ...attended }, async (lock) => {
      await target.stop?.();
      await ledger.append({ type: 'stopped', at: new Date().toISOString(), by }, lock);
    });
    if (options.json) context.output.result(JSON.stringify({ environment: name, state: 'stopped' }));
    else {
      const next = target.start ? ` Start it again: conductor start ${session.name}` : '';
      context.output.say(`${name} is stopped; its data is kept.${next}`);
    }
    return exitCode.done;
  },
});
