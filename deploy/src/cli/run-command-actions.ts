import { type Answer, type Asked, type Offered, offerOf, runCommand } from '../engine/service-command.ts';
import type { Session } from '../environment/session.ts';
import { exitCode } from '../errors.ts';
import { isLink } from '../model/service-command.ts';
import { commandLine } from '../targets/shell-words.ts';
import { table } from '../text/table.ts';
import type { Common, Context, ForeignExit } from './command.ts';

type Options = Common & { readonly wait: number | undefined };

/** Lists what can be asked for: of one service, or of all. */
export async function list(
  session: Session,
  service: string | undefined,
  { json }: Options,
  { output }: Context,
): Promise<void> {
  const { version, commands } = await offerOf(session);
  const chosen = commands.filter((each) => service === undefined || each.service === service);
  if (json) {
    const rows = chosen.map(({ service, name, command, last }) => ({
      service,
      command: name,
      runs: isLink(command) ? null : command,
      last,
    }));
    return output.result(JSON.stringify(rows));
  }
  if (chosen.length > 0) output.result(table(chosen.map(row)).join('\n'));
  else output.say(`${service ?? session.name} has no commands in ${version}, which is live.`);
}

const row = ({ service, name, command, last }: Offered): string[] => [
  service,
  name,
  isLink(command) ? 'a link' : commandLine(command),
  last ? `last ${last.at.slice(0, 16)}Z by ${last.by.user}@${last.by.host}` : '',
];

/** Asks for one. Its exit code is ours. */
export async function ask(
  session: Session,
  asked: Asked,
  { json, wait }: Options,
  { output, interrupt, handOver }: Context,
): Promise<ForeignExit> {
  let stdout = '';
  const collected = (text: string) => {
    stdout += text;
  };
  const full = { ...asked, ...(json && { output: collected }), ...(handOver && { handOver }) };
  const lock = { wait: wait ?? 0, reporter: output.reporter(), interrupt };
  const answer = await runCommand(session, full, lock);
  if (json) output.asked(JSON.stringify(document(session, asked, answer, stdout)));
  else if ('link' in answer) {
    if (answer.link.state === 'open') output.asked(answer.link.url);
    else output.say(answer.link.why);
  }
  return 'code' in answer ? answer.code : exitCode.done;
}

function document({ name }: Session, { service, command }: Asked, answer: Answer, stdout: string) {
  const about = { environment: name, version: answer.version, service, command };
  if ('code' in answer) return { ...about, code: answer.code, stdout };
  const { link } = answer;
  return link.state === 'open'
    ? { ...about, link: link.url, used: null }
    : { ...about, link: null, used: link.why };
}
