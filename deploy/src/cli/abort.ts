import { exitCode } from '../errors.ts';
import { defineCommand } from './command.ts';
import { wait } from './options.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'abort',
  summary:
    'Undo a deploy that was killed or whose outcome is unknown: what was live before it is live again.',
  details: `A first release has nothing before it: it stays if it is healthy, and is stopped otherwise.
Ends with 0 when that is done, whatever the deploy had reached, and with 7 when what is live is not known.
--json ends as deploy does, with the verdict of the deploy that was undone.`,
  args: [],
  options: { wait },
  async run(_, options, context) {
    const { abort } = await import('../engine/interrupted.ts');
    const { showOutcome } = await import('./outcome.ts');
    const session = await open(context, options.environment, { incomplete: true });
    const outcome = await abort(session, {
      reporter: context.output.reporter(),
      interrupt: context.interrupt,
      wait: options.wait ?? 0,
    });
    await showOutcome(session, outcome, options.json, context.output, ['failed', 'rolled back', 'live']);
    return outcome.verdict === 'unknown' ? exitCode.unknown : exitCode.done;
  },
});
