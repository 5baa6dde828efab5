import { type Check, sections } from './check.ts';

/** `docs/reference/checks.md`, from the checks themselves. */
export function renderReference(checks: readonly Check[]): string {
  const groups = sections.map((section) => {
    const members = checks.filter((check) => check.section === section).map(entry);
    return `## ${section}\n\n${members.join('\n\n')}`;
  });
  return `${introduction}\n\n${groups.join('\n\n')}\n`;
}

const introduction = `# Checks

<!-- Generated from deploy/src/checks. To regenerate it: npx vitest run --project deploy checks/reference --update -->

\`conductor check [environment]\` asks all of them, and so does every deploy before it changes anything. Each answer is a finding:
ok, warning or failure, with the way to fix it. A check that does not apply says why; one that cannot tell is a warning, and one
that could not be asked a failure: none passes silently.

A failure stops a deploy (exit 3) where the environment requires the check: \`checks.required\` lists the ids, and left out means
every one that applies. \`checks.off\` lists those that are not asked. Names like \`headers\` or \`bundle.limit\` below belong to
\`checks\` at the top of \`conductor.config.ts\` (see [config](config.md)).`;

const entry = ({ id, title, about, deadline }: Check): string => {
  const limit = deadline === undefined ? '' : ` Deadline ${deadline / 60} min.`;
  return `### \`${id}\`: ${title}\n\n${about}${limit}`;
};
