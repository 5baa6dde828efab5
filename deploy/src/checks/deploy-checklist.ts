import { type Check, sections } from './check.ts';

/** `docs/DEPLOY_CHECKLIST.md` of this repository: every check as a line to tick, in the order in which a deploy asks them. */
export function renderDeployChecklist(checks: readonly Check[]): string {
  const groups = sections.map((section) => {
    const lines = checks.filter((check) => check.section === section).map(line);
    return `## ${section}\n\n${lines.join('\n')}`;
  });
  return `${introduction}\n\n${groups.join('\n\n')}\n`;
}

const introduction = `# Deploy checklist

<!-- Generated from deploy/src/checks. To regenerate it: npm run docs -w deploy -->

What is looked at before and after a deploy. Nobody has to tick it by hand: \`conductor check production\` runs all of it, and so does every deploy.
\`conductor check production --write\` adds a section for your release below, with each finding; what is required of an environment is said in its
\`checks\`. Each check is explained in the [reference](reference/checks.md).`;

const line = ({ id, title }: Check): string =>
  `- [ ] ${title} ([\`${id}\`](reference/checks.md#${anchor(id, title)}))`;

/** The anchor that GitHub and VitePress give to the check's heading in the reference. */
const anchor = (id: string, title: string): string =>
  `${id}: ${title}`
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
