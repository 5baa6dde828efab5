import { exitCode } from '../errors.ts';
import type { LogLine, LogQuery, Target } from '../targets/target.ts';
import { defineCommand } from './command.ts';
import { count, flag, text } from './options.ts';
import { open } from './session.ts';

export default defineCommand({
  name: 'logs',
  summary: 'What services write.',
  details: '--json: one line {service, at, text} each.',
  args: [{ name: 'service', what: 'Left out, every service.', known: ({ services }) => services }],
  options: {
    follow: flag('Go on until interrupted.', 'f'),
    lines: count('Last lines of each service to begin with.', 0, 100_000, 100),
    release: text('VERSION', 'Only lines of this release.'),
  },
  async run([service], options, context) {
    const session = await open(context, options.environment, { look: true });
    const query: LogQuery = {
      lines: options.lines,
      follow: options.follow,
      signal: AbortSignal.any([context.interrupt, ...(context.readerGone ? [context.readerGone] : [])]),
      ...(options.release !== undefined && { version: options.release }),
    };
    const chosen = service === undefined ? session.desired.services.map(({ name }) => name) : [service];
    const width = Math.max(...chosen.map((name) => name.length));
    const show = (line: LogLine) =>
      context.output.result(
        options.json ? JSON.stringify(line) : `${line.service.padEnd(width)} | ${line.text}`,
      );
    if (options.follow) await Promise.all(chosen.map((name) => each(session.target, name, query, show)));
    else for (const name of chosen) await each(session.target, name, query, show);
    return exitCode.done;
  },
});

async function each(
  target: Target,
  service: string,
  query: LogQuery,
  show: (line: LogLine) => void,
): Promise<void> {
  for await (const line of target.logs(service, query)) show(line);
}
