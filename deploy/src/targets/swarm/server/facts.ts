import { ConductorError, exitCode } from '../../../errors.ts';
import type { Login } from './login.ts';
import { type Published, publishedIn } from './published.ts';
import { written } from './remote.ts';

/** What a machine says of itself, as it is: {@link checks} judge it. */
export interface Facts {
  readonly os: { readonly id: string; readonly version: string; readonly name: string };
  readonly architecture: string;
  /** Null: no Docker is installed, or what is installed does not run. */
  readonly engine: { readonly version: string; readonly api: string } | null;
  readonly docker: boolean;
  /** Whether the engine starts with the machine; null: that cannot be known. */
  readonly atBoot: boolean | null;
  /** The edge of Conductor runs there. */
  readonly edge: boolean;
  /** The account of the deploys; null: there is none. */
  readonly account: { readonly groups: readonly string[]; readonly missingKeys: number } | null;
  /** Keys that let us in. */
  readonly keys: number;
  /** Bytes. */
  readonly disk: { readonly free: number; readonly path: string } | null;
  readonly memory: { readonly total: number; readonly swap: number };
  /** Seconds by which its clock is ahead of ours. */
  readonly clock: number;
  /** Null: nothing there says it. */
  readonly synchronised: boolean | null;
  readonly canSynchronise: boolean;
  /** What keeps it right runs, be there an answer from a time server or none. */
  readonly synchronises: boolean;
  /** It is a container, in which nothing can set the clock: that is the one of the machine under it. */
  readonly container: boolean;
  /** Lines of `ss`. */
  readonly listening: readonly string[];
  /** Lines of `ufw status verbose` and `ufw show added`; null: not installed. */
  readonly ufw: { readonly status: readonly string[]; readonly added: readonly string[] } | null;
  /** What Docker lets others than the machine itself reach. */
  readonly published: readonly Published[];
  /** Another firewall than ufw drops what comes in. */
  readonly drops: boolean;
  readonly upgrades: boolean;
  /** Null: it cannot be known. */
  readonly rootByPassword: boolean | null;
  readonly rebootPending: boolean;
  /** Networks that it has a way to, without Docker's own: `10.0.0.0/16`. */
  readonly routes: readonly string[];
  /** With the name of the interface. */
  readonly addresses: readonly { readonly device: string; readonly address: string; readonly bits: number }[];
}

/** Reads only. Each line of the answer is a name, a tab and a value; what is not there gives no line. */
const script = (account: string, login: string) => `export LC_ALL=C
PATH="$PATH:/usr/sbin:/sbin"
all() { name=$1; shift; "$@" 2>/dev/null | while IFS= read -r line || [ -n "$line" ]; do printf '%s\\t%s\\n' "$name" "$line"; done; }
all os cat /etc/os-release
all architecture uname -m
if command -v docker >/dev/null; then
  echo "docker	yes"
  all engine timeout 30 docker version --format '{{.Server.Version}} {{.Server.APIVersion}}'
  all edge timeout 30 docker ps --quiet --filter label=com.docker.swarm.service.name=conductor-edge
  all published timeout 30 docker ps --format '{{.Names}} {{.Ports}}'
  all published timeout 30 docker service ls --format '{{.Name}} {{.Ports}}'
  all atBoot systemctl is-enabled docker
fi
all groups id -nG ${account}
mine=$(getent passwd ${login} | cut -d: -f6)/.ssh/authorized_keys
theirs=$(getent passwd ${account} | cut -d: -f6)/.ssh/authorized_keys
keys() { grep -E '^[^#]' "$1" 2>/dev/null; }
printf 'keys\\t%s\\n' "$(keys "$mine" | wc -l)"
if [ -e "$theirs" ]; then missing=$(keys "$mine" | grep -vxFf "$theirs" | wc -l); else missing=$(keys "$mine" | wc -l); fi
printf 'missingKeys\\t%s\\n' "$missing"
place=/var/lib/docker
while [ ! -e "$place" ]; do place=\${place%/*}; [ -n "$place" ] || place=/; done
all disk df -Pk "$place"
all memory grep -E '^(MemTotal|SwapTotal):' /proc/meminfo
all clock timedatectl show
all container systemd-detect-virt --container
all listening ss -Hltnp
if command -v ufw >/dev/null; then
  all ufw ufw status verbose
  all added ufw show added
fi
all input nft list ruleset
all upgrades apt-config dump APT::Periodic::Unattended-Upgrade
all package dpkg-query --show --showformat '\${Status}' unattended-upgrades
all sshd sshd -T
[ ! -e /run/reboot-required ] || echo "reboot	yes"
all addresses ip -o addr show scope global
all routes ip -o -4 route show
echo "end	yes"
`;

/**
 * @param account by which deploys reach the engine; letters, digits and dashes
 * @throws {ConductorError} `server.no-shell` (exit 3)
 */
export async function factsOf(login: Login, account: string): Promise<Facts> {
  const ahead = await login.clock();
  const { stdout, stderr } = await login.run(script(account, login.user));
  const lines = stdout.split('\n').map((line): [string, string] => {
    const at = line.indexOf('\t');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  const all = (name: string): string[] => lines.filter(([of]) => of === name).map(([, value]) => value);
  const one = (name: string): string | undefined => all(name)[0];
  if (!one('end'))
    throw new ConductorError({
      code: 'server.no-shell',
      message: `${written(login.address)} did not tell all of how it is: ${stderr.trim().split('\n').at(-1) || 'the connection ended'}`,
      hint: 'Run the command again. Only reading was under way.',
      exit: exitCode.checksFailed,
    });
  const os = pairs(all('os'), '=');
  const clock = pairs(all('clock'), '=');
  const memory = pairs(all('memory'), ':');
  const sshd = pairs(all('sshd'), ' ');
  const [version, api] = one('engine')?.split(' ') ?? [];
  const groups = one('groups');
  const [, , , free] = all('disk').at(-1)?.split(/\s+/) ?? [];
  const kilobytes = (text: string | undefined) => Number.parseInt(text ?? '0', 10) * 1024;
  const enabled = one('atBoot');
  return {
    os: {
      id: os.ID ?? '',
      version: os.VERSION_ID ?? '',
      name: os.PRETTY_NAME ?? os.ID ?? 'an unknown system',
    },
    architecture: one('architecture') ?? '',
    engine: version && api ? { version, api } : null,
    docker: one('docker') !== undefined,
    atBoot: enabled === undefined ? null : ['enabled', 'static'].includes(enabled),
    edge: one('edge') !== undefined,
    account:
      groups === undefined
        ? null
        : { groups: groups.split(' '), missingKeys: Number(one('missingKeys') ?? 0) },
    keys: Number(one('keys') ?? 0),
    disk:
      free === undefined ? null : { free: kilobytes(free), path: all('disk').at(-1)!.split(/\s+/)[5] ?? '/' },
    memory: { total: kilobytes(memory.MemTotal), swap: kilobytes(memory.SwapTotal) },
    clock: ahead,
    synchronised: clock.NTPSynchronized === undefined ? null : clock.NTPSynchronized === 'yes',
    canSynchronise: clock.CanNTP === 'yes',
    synchronises: clock.NTP === 'yes',
    container: (one('container') ?? 'none') !== 'none',
    listening: all('listening'),
    ufw: one('ufw') === undefined ? null : { status: all('ufw'), added: all('added') },
    published: publishedIn(all('published')),
    drops: all('input').some((line) => /hook input .*policy drop/.test(line)),
    upgrades: / "1";$/.test(one('upgrades') ?? '') && / installed$/.test(one('package') ?? ''),
    rootByPassword:
      sshd.permitrootlogin === undefined
        ? null
        : sshd.permitrootlogin === 'yes' && sshd.passwordauthentication === 'yes',
    rebootPending: one('reboot') !== undefined,
    routes: all('routes').flatMap((line) => {
      const [network = '', device] = [line.split(' ')[0], / dev (\S+)/.exec(line)?.[1]];
      return /^\d+(\.\d+){3}/.test(network) && device && !isOfDocker(device) ? [network] : [];
    }),
    addresses: all('addresses').flatMap((line) => {
      const found = /^\d+:\s+(\S+)\s+inet6? ([\d.a-f:]+)(?:\/(\d+))?/.exec(line);
      return found && !isOfDocker(found[1]!)
        ? [{ device: found[1]!, address: found[2]!, bits: Number(found[3] ?? 32) }]
        : [];
    }),
  };
}

/** Networks of containers, which no other machine reaches. */
const isOfDocker = (device: string): boolean => /^(docker|br-|veth|cni|lxc|virbr)/.test(device);

/** `NAME="value"`, `name value`: by name. */
function pairs(lines: readonly string[], between: string): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const at = line.indexOf(between);
      return at < 0
        ? []
        : [
            [
              line.slice(0, at).trim(),
              line
                .slice(at + 1)
                .trim()
                .replace(/^"(.*)"$/, '$1'),
            ],
          ];
    }),
  );
}
