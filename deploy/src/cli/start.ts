import { exitCode } from '../errors.ts';
import { defineCommand } from './command.ts';
import { wait } from './options.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'start',
  summary: 'Make what was live serve again: after a stop, a restart of the machine, an accident.',
  details: `The release that was live serves again, with the settings that it had: nothing is built, and nothing that runs is touched. It is a
success, too, when all of it serves already.
--json: {environment, state: "live", version, began: false (all of it served already) | true, urls}.`,
  args: [],
  options: { wait },
  async run(_, options, { output, interrupt, ...context }) {
    const { start } = await import('../engine/start.ts');
    const { linksOf } = await import('../engine/status.ts');
    const session = await open({ output, interrupt, ...context }, options.environment, { look: true });
    const { name } = session;
    const begun = performance.now();
    const outcome = await start(session, {
      wait: options.wait ?? 0,
      reporter: output.reporter(),
      interrupt,
    });
    const { version, began } = outcome;
    const urls = linksOf(session, outcome);
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    output.say(
      `${output.colors.green('✓')} ${began ? `${version} serves again on ${name}, after ${seconds} s.` : `${version} serves on ${name} already.`}`,
    );
    for (const [link, url] of Object.entries(urls)) output.say(`  ${link.padEnd(10)} ${url}`);
    if (outcome.interrupted)
      output.say(
        `  A deploy was interrupted: conductor resume ${session.name}, or conductor abort ${session.name}`,
      );
    if (options.json)
      output.result(JSON.stringify({ environment: name, state: 'live', version, began, urls }));
    return exitCode.done;
  },
});
