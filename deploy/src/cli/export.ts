import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exitCode } from '../errors.ts';
import { environmentFor, formats } from '../export/formats.ts';
import { textIfThere } from '../text/if-there.ts';
import { defineCommand } from './command.ts';
import { flag } from './options.ts';
import { usage } from './parse.ts';
import { kindsOf } from './session.ts';

export default defineCommand({
  name: 'export',
  summary: 'Write what the config says as the file that a platform, Compose or GitHub reads.',
  details: `${Object.entries(formats)
    .map(([name, { file }]) => `${name}: ${file}`)
    .join(' · ')}.
Left out, the environment is production, or the last one on that platform. No value of a secret is ever in a file. The same config
gives the same file.
Deploy on push is github's: the workflow checks each push and then deploys. No other file turns a platform's own auto-deploy on, which takes
commits live that nobody has checked.
--check ends with 1 when the file is not what would be written, for CI. --json: {file, environment, changed}.`,
  args: [{ name: 'format', what: `${Object.keys(formats).join(', ')}.`, known: () => Object.keys(formats) }],
  options: {
    check: flag('Write nothing; end with 1 when the file is out of date.'),
  },
  async run([wanted], { environment, check, json }, { folder, output, ...context }) {
    const { describe } = await import('../config/description.ts');
    const { loadProject } = await import('../config/load.ts');
    const { remoteRepository } = await import('../environment/git.ts');
    const format = formats[wanted ?? ''];
    if (!format) {
      throw usage(
        { name: 'export' },
        'no format is named.',
        `Name one of ${Object.keys(formats).join(', ')}.`,
      );
    }
    const kinds = await kindsOf(context);
    const { root, project } = await loadProject(folder, kinds);
    const chosen = environment ?? environmentFor(format, project);
    const proxies = format.proxies ?? kinds.find(({ kind }) => kind === format.target)?.proxies;
    const description = describe(project, chosen, proxies);
    const repository = description.repository ?? (await remoteRepository(root, project.checks.remote));
    const text = await format.make({ ...description, ...(repository && { repository }) }, project, root);
    const file = join(root, format.file);
    const changed = (await textIfThere(file)) !== text;
    if (changed && !check) {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    }
    if (json) output.result(JSON.stringify({ file: format.file, environment: chosen, changed }));
    else if (!changed) output.say(`${format.file} is up to date.`);
    else if (!check) output.say(`${format.file} is written, for ${chosen}.`);
    else output.say(`${format.file} is out of date: run \`conductor export ${chosen} ${wanted}\`.`);
    return check && changed ? exitCode.ourFault : exitCode.done;
  },
});
