import { exitCode } from '../errors.ts';
import { chapters } from '../troubleshooting/index.ts';

/** `docs/reference/errors.md`: by exit code, then by the code of the error. */
export const errorReference = (): string =>
  [introduction, exits, ...Object.entries(chapters).map(chapter)].join('\n\n').concat('\n');

const introduction = `# Errors

<!-- Generated from deploy/src/troubleshooting. To regenerate it: npm run docs -w deploy -->

An error says what failed and what to do next; its code leads to what is said here, as \`conductor help CODE\` does in a terminal. With
\`--json\` the code is in \`error.code\`. What a text below writes as \`production\`, \`SERVICE\` or \`NAME\` is yours to fill in.`;

const exits = `## By exit code

| exit code | what is true | what to do |
|---|---|---|
| ${exitCode.done} | done | |
| ${exitCode.ourFault} | Conductor itself failed | \`CONDUCTOR_DEBUG=1\` shows where; please report it. \`conductor status production\` says what is true |
| ${exitCode.usage} | the command line or the config has a mistake; nothing was changed | fix what the message names |
| ${exitCode.checksFailed} | something that is needed is not good; nothing was changed | fix it and run the command again |
| ${exitCode.deployFailed} | the deploy failed; the release before serves, as if nothing had been | read the service's last lines in the message |
| ${exitCode.rolledBack} | the release was live, turned bad, and was rolled back; the release before serves | read why in the message; fix it and deploy again |
| ${exitCode.locked} | somebody else is changing the environment | wait for them: \`--wait 10m\` |
| ${exitCode.unknown} | what is live is not known | \`conductor status production\`; then \`conductor resume production\` or \`conductor abort production\` |
| ${exitCode.interrupted} | interrupted; what was under way was rolled back as far as it says | \`conductor status production\` |`;

const chapter = ([title, pages]: (typeof entries)[number]): string =>
  [
    `## ${title}`,
    ...Object.entries(pages).map(([code, { means, todo }]) =>
      [`### ${code}`, means, todo.map((step) => `- ${step}`).join('\n')].join('\n\n'),
    ),
  ].join('\n\n');
const entries = Object.entries(chapters);
