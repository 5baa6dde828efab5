import { defineCommand } from './command.ts';
import { wait } from './options.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'resume',
  summary: 'Continue a deploy that was killed or whose outcome is unknown, until it has one.',
  details: `A deploy that had already failed when it was killed is undone instead. One whose outcome is unknown is looked at again.
--json ends as deploy does.`,
  args: [],
  options: { wait },
  async run(_, options, context) {
    const { resume } = await import('../engine/interrupted.ts');
    const { exitOf } = await import('../engine/outcome.ts');
    const { showOutcome } = await import('./outcome.ts');
    const session = await open(context, options.environment, { incomplete: true });
    const outcome = await resume(session, {
      reporter: context.output.reporter(),
      interrupt: context.interrupt,
      wait: options.wait ?? 0,
    });
    await showOutcome(session, outcome, options.json, context.output);
    return exitOf(outcome);
  },
});
