/** Names of environment variables, and patterns of names. */
type Names = readonly (string | RegExp)[];

/** What concerns the machine: where things are, in which language, by which proxy and with whose certificates. Every program gets these. */
const machine: Names = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LANGUAGE',
  /^LC_/,
  'TZ',
  'TMPDIR',
  'XDG_RUNTIME_DIR',
  /^(?:HTTP|HTTPS|ALL|NO)_PROXY$/i,
  'NODE_EXTRA_CA_CERTS',
  'NODE_USE_SYSTEM_CA',
  'NODE_USE_ENV_PROXY',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

/** What a project's own commands (its tests, its builds, `npm ci`) get too; `commands.pass` of the config names what else they need. */
export const forCommands: Names = [
  'TERM',
  'COLORTERM',
  'NO_COLOR',
  'CI',
  'NODE_ENV',
  'NODE_OPTIONS',
  'NODE_PATH',
  /^npm_config_/i,
  /^XDG_(?:CONFIG|CACHE|DATA|STATE)_HOME$/,
];

/** What git needs to reach a remote as the person who runs it: settings, ssh and its agent, and what credential helpers ask. */
export const forGit: Names = [
  'TERM',
  'XDG_CONFIG_HOME',
  /^GIT_/,
  /^SSH_/,
  /^GCM_/,
  'GH_CONFIG_DIR',
  'GH_TOKEN',
  'GITHUB_TOKEN',
  'GNUPGHOME',
  'KRB5CCNAME',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'DBUS_SESSION_BUS_ADDRESS',
];

/** What 1Password's own program reads: who is signed in, or the token of an account for machines. */
export const forOnePassword: Names = [/^OP_/, 'XDG_CONFIG_HOME', 'DBUS_SESSION_BUS_ADDRESS'];

/** What the AWS command line reads: profiles, keys, roles and regions. */
export const forAws: Names = [/^AWS_/];

/** What an editor needs to open where the person sits. */
export const forEditor: Names = [
  'EDITOR',
  'VISUAL',
  /^(?:TERM|TERM_PROGRAM|TERMINFO|COLORTERM|COLUMNS|LINES|TMUX|TMUX_PANE|STY)$/,
  /^XDG_/,
  /^(?:VSCODE_(?:IPC|GIT)_|VIM|MYVIMRC$|NVIM|EMACS)/,
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'DBUS_SESSION_BUS_ADDRESS',
];

/**
 * The environment of a program that Conductor starts: what concerns the machine, and what `also` names. Nothing else, so that a token of a
 * platform, the age key or a secret that happens to be in the environment of whoever runs Conductor never reaches a test, a build, a
 * package's install script or a hook.
 */
export function cleanEnvironment(
  also: Names = [],
  env: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const names = [...machine, ...also];
  const isMeant = (name: string) =>
    names.some((each) => (typeof each === 'string' ? each === name : each.test(name)));
  const meant = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && isMeant(entry[0]),
  );
  return Object.fromEntries(meant);
}
