import { type ErrorPages, page } from './page.ts';

/** Deploys, rollbacks, and what is live. */
export const deployPages: ErrorPages = {
  'plan.destructive': page(
    'The plan removes something that holds data or serves: a store, a service, a domain. That is never done by the way.',
    'Read what `conductor plan production` lists as removed.',
    'When it is meant: `conductor deploy production --confirm-destructive`.',
  ),
  'adopt.not-ours': page(
    'Something of the name that is needed exists on the platform, and does not carry Conductor’s mark: somebody else made it.',
    'Look at it in the platform’s dashboard. To take it over, with its settings replaced by those of the config: `conductor deploy production --adopt NAME`.',
    'Otherwise rename yours in the config.',
  ),
  'adopt.unknown': page(
    '`--adopt` names something that the plan does not show as made by others.',
    '`conductor plan production` lists what can be taken over.',
  ),
  'deploy.interrupted': page(
    'A deploy of this environment was killed before it had a verdict. Until it is ended, it is not known what the next one would start from.',
    '`conductor status production` says how far it came.',
    '`conductor resume production` goes on with it to its verdict; `conductor abort production` undoes it.',
  ),
  'deploy.not-ended': page(
    'The deploy that was killed could be neither finished nor undone, because the platform does not say what became of it.',
    'Look at the platform’s dashboard and status page, then run the command again.',
  ),
  'deploy.not-live': page(
    'A service of the new release did not come up: its build failed, it ended, or it was not healthy in time. The release before goes on serving.',
    'The message has the service’s last lines; more of them: `conductor logs production SERVICE --lines 200`.',
    'Usual reasons: a fixed port in place of `PORT`, a setting that is missing, a health path that does not exist, a database that is not reached.',
  ),
  'deploy.not-converged': page(
    'The public address answers well, and a service without one (a worker, say) runs another version than the new one, or is down.',
    'Look at that service: `conductor logs production SERVICE`.',
  ),
  'deploy.unrecorded': page(
    'The release is in the state that is said, but the history could not be written: the disk is full, or git’s remote refused.',
    'Fix that, then `conductor resume production`, which writes it down.',
  ),
  'verify.not-seen': page(
    'The new release was not seen healthy through the public address, several times in a row, before the deadline. It was rolled back; a first release, which has nothing before it, is left in doubt.',
    'The message says what each address answered: a status (look at the service’s log), no answer (DNS, the proxy in front, a firewall), or another release (a cache that ignores `Cache-Control`, two places behind one name).',
    '`conductor domains production` looks at DNS, certificates and what is in front.',
    'A release in doubt: `conductor resume production` looks again, `conductor abort production` undoes it.',
  ),
  'bake.bounds': page(
    'The new release was live, and while it was watched it was worse than the one before: more errors, slower, restarts, error lines, failed jobs. It was rolled back by itself.',
    'The message names the bound and the figures. `bounds` of the environment say what is bad enough.',
    '`conductor logs production SERVICE` has what it wrote.',
  ),
  'hook.failed': page(
    'A hook of the project ended with another code than 0, or not before its deadline. Before the cutover that ends the deploy, and the release before serves on.',
    'Its last lines are in the message. Run the same command in the project’s folder, with the variables of docs/guides/hooks.md.',
  ),
  'hook.no-gate': page(
    'The platform cuts over by itself as soon as a service is healthy, so nothing of yours can run at that moment.',
    "Use `before-start` or `after-cutover`, or turn the hook off in this environment: `hooks: { 'before-cutover': false }`.",
  ),
  'maintenance.on': page(
    'Visitors are kept out on this platform, and Conductor’s own requests with them: a new release could not be seen to be live.',
    '`conductor maintenance off production`, deploy, and turn it on again if need be.',
  ),
  'maintenance.not-here': page(
    'The platform has nothing that keeps visitors out for a while.',
    'The error says what can be done there by hand. docs/guides/maintenance.md has the ways of each platform.',
  ),
  'maintenance.no-message': page(
    'The platform shows a page of its own, or one at an address, and no text.',
    'Leave `--message` out, or give `--page` the address of a page.',
  ),
  'maintenance.no-page': page(
    'Here Conductor itself shows a page, with your message, and none from elsewhere.',
    '`conductor maintenance on production --message "Back at 10:00"`.',
  ),
  'release.no-way-back': page(
    'From this machine the release could not be brought back later, for its secrets could not be opened again. Nothing was changed.',
    'Get a key (`conductor secrets recipients init`), and have a colleague add you: `conductor secrets recipients add KEY`.',
    'To go on all the same: `--without-way-back`.',
  ),
  'release.secrets-missing': page(
    'Secrets with which that release ran are kept on the machine that deployed it, and this is another one.',
    'Run the command there, or go to another version: `conductor releases production`.',
  ),
  'release.secrets-corrupted': page(
    'The sealed secrets of a release are not what was written: the file or the git ref was changed. They were left as they are.',
    'Bring back a good copy from git or a backup, or go to another version: `conductor releases production`.',
  ),
  'rollback.*': page(
    'There is nothing to go back to as asked: no release before was stable, the version is not known, or it is live already.',
    '`conductor releases production` lists them with what became of each.',
  ),
  'rollback.not-confirmed': page(
    'The question was not answered with the version’s name. Nothing was changed.',
    'Run the command again and type the name, or give `--yes`.',
  ),
  'resume.nothing': page(
    'No deploy of this environment was killed or left in doubt.',
    '`conductor status production` says what is live.',
  ),
  'start.nothing': page(
    'Nothing was ever live in this environment.',
    'Deploy first: `conductor deploy production`.',
  ),
  'start.not-here': page(
    'A platform keeps its services running by itself; there is nothing to start.',
    '`conductor status production` says how they are.',
  ),
  'start.interrupted': page(
    'The command was interrupted while services came up. They go on coming up.',
    '`conductor status local` says how they are.',
  ),
  'start.not-up': page(
    'Services were started, and not all were healthy in time. They are restarted again and again until they are healthy.',
    '`conductor status local` names them; `conductor logs local SERVICE` says why.',
  ),
  'start.port-taken': page(
    'The port on which the environment was reached is used by another program now.',
    'End that program, or deploy on another port: `conductor deploy local --port 8081`.',
  ),
  'start.release-gone': page(
    'The built files of the release that was live were removed from this machine.',
    'Build it again: `conductor rollback local VERSION`, or deploy.',
  ),
  'stop.not-here': page(
    'A platform’s services are not stopped as a whole by Conductor.',
    'Stop them in the platform’s dashboard, or keep visitors out: `conductor maintenance on production`.',
  ),
  'run.nothing-live': page(
    'A command of a service runs with the settings of the release that is live, and there is none, or none that this history knows.',
    'Deploy first: `conductor deploy production`.',
  ),
  'run.not-live': page('While the command was prepared, another release went live.', 'Run it again.'),
  'run.not-here': page(
    'On this platform nothing can be run beside a service.',
    'The error says how it is done there by hand.',
  ),
  'run.not-started': page(
    'The program of the command was not found, or may not be run.',
    'It is looked for in the PATH and in `node_modules/.bin` of the release. Look at `commands` of the service in the config.',
  ),
  'run.no-words': page('The command is a link, which takes nothing more.', 'Leave the words out.'),
  'link.no-address': page(
    'The service of the link has no public address yet.',
    '`conductor status production` says whether it is live; on a platform its domain may still be on its way.',
  ),
  'link.no-answer': page(
    'The address that says whether the link still works did not answer as it should.',
    '`conductor logs production SERVICE` says how the service is.',
  ),
  'link.no-secret': page(
    'The secret that the link carries has no value in the release that is live.',
    'Give it one and deploy.',
  ),
  'connect.no-store': page(
    'The project has several stores.',
    'Name one: `conductor connect production mongodb`.',
  ),
  'connect.no-shell': page(
    'The store’s own shell (mongosh, redis-cli) is not installed on this machine.',
    'Install it, or print the address for another program: `conductor connect production mongodb --print`.',
  ),
  'connect.no-terminal': page(
    'A shell needs a terminal, and there is none.',
    'Print the address instead: `conductor connect production mongodb --print`.',
  ),
  'connect.not-here': page(
    'The store lies in the platform’s private network, where this machine is not.',
    'The error says how the platform lets you in.',
  ),
  'connect.not-running': page(
    'The store does not run, so it has no address.',
    '`conductor status production` says how it is.',
  ),
};
