import type { MaintenanceState } from '../engine/maintenance.ts';
import { exitCode } from '../errors.ts';
import { ago, moment } from '../text/moment.ts';
import type { Option } from './command.ts';
import { defineCommand } from './command.ts';
import { text, wait } from './options.ts';
import { open } from './session.ts';

const page: Option<string | undefined> = {
  what: 'on: the page that is shown in place of the platform’s own (Render).',
  value: 'URL',
  parse: (given) => {
    if (/^https?:$/.test(URL.parse(given)?.protocol ?? '')) return given;
    throw new Error('is not the address of a page, such as https://example.com/maintenance');
  },
  default: undefined,
};

export default defineCommand({
  name: 'maintenance',
  summary: 'Keep visitors out, with a page that says so, while everything goes on running.',
  details: `Every request from outside is answered with 503 and a page in Portuguese or English (a problem in JSON to programs) until it is turned off:
across deploys, rollbacks, \`stop\`, \`start\` and restarts of this machine. Connections that are open, as WebSockets are, stay open. Conductor's own requests
go through, so a deploy meanwhile is proven as ever.
Render shows a page of its own, or the one at --page, and lets nobody through: deploys are refused meanwhile. Railway and DigitalOcean: the
command says what to do there.
--json: {environment, maintenance: null | {since, by: null | {user, host}, message, page}}.`,
  args: [],
  actions: {
    status: { what: 'Whether visitors are kept out, since when and by whom.', args: [] },
    on: { what: 'Keep visitors out; again, to say something else.', args: [] },
    off: { what: 'Let visitors in.', args: [] },
  },
  options: {
    message: text('TEXT', 'on: what visitors are told; plain text.'),
    page,
    wait,
  },
  async run([action], { environment, json, ...options }, context) {
    const { readMaintenance, setMaintenance } = await import('../engine/maintenance.ts');
    const { output } = context;
    const session = await open(context, environment, { look: true });
    if (action !== 'status') {
      const { message, page } = options;
      const notice = {
        ...(message !== undefined && { message }),
        ...(page !== undefined && { page }),
      };
      await setMaintenance(session, action === 'on' ? notice : null, {
        wait: options.wait ?? 0,
        reporter: output.reporter(),
        interrupt: context.interrupt,
      });
    }
    const state = await readMaintenance(session);
    const { name } = session;
    if (json) output.result(JSON.stringify({ environment: name, maintenance: state }));
    else for (const line of describeMaintenance(state, name)) output.resultForPeople(line);
    return exitCode.done;
  },
});

/** Says it in lines for people. */
export function describeMaintenance(state: MaintenanceState | null, environment: string): string[] {
  if (state === null) return [`Visitors of ${environment} are served.`];
  const { since, by, message, page } = state;
  const when = since === null ? '' : ` since ${moment(since)}, ${ago(since)}`;
  const who = by === null ? '' : `, by ${by.user}@${by.host}`;
  const words = message === null ? (page === null ? '' : `; they see ${page}`) : `: ${message}`;
  return [
    `Visitors of ${environment} are kept out (maintenance)${when}${who}${words}`,
    `  Let them in: conductor maintenance off ${environment}`,
  ];
}
