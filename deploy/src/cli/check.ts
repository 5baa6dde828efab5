import { defineCommand } from './command.ts';
import { flag } from './options.ts';

export default defineCommand({
  name: 'check',
  summary: 'Run every check that a deploy runs first, and say how to fix what is not ready.',
  details: `Ends with 3 when a check that the environment requires failed. docs/reference/checks.md explains each.
What to fix is listed at the end: what must be fixed now, what before others depend on it, and what would be good to have.
--json: {environment, ready, checks: [{id, title, state, required, urgency: now | before-production | good-to-have | null, level, detail, fix, seconds, why}]}.`,
  args: [],
  options: {
    all: flag('Ask every check, also those that the environment leaves out.'),
    write: flag('Write the findings to docs/DEPLOY_CHECKLIST.md.'),
  },
  async run(_, options, context) {
    const { check } = await import('./check-actions.ts');
    return check(options, context);
  },
});
