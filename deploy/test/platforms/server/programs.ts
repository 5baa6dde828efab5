/** Leads every path of a script into the folder of a machine. */
const inside = (root: string) =>
  `s#(^|[[:space:]"'=:>])/(etc|proc|run|var|home|root|usr|sbin|swapfile)#\\1${root}/\\2#g`;

const head = (root: string) => `#!/bin/sh
root=${root}
state=$root/state
tell() { printf '%s\\n' "$*" >>"$root/told"; }
busy() { left=$(cat "$1" 2>/dev/null || echo 0); [ "$left" -gt 0 ] && echo $((left - 1)) >"$1"; }
`;

/** What stands in for `ssh`: it knows machines by the folders of their names, and lets in who has a key there. */
const ssh = (folder: string, node: string) => `#!/bin/sh
printf '%s\\n' "$*" >>${folder}/started
user=nobody
while [ "$1" != -- ]; do
  case "$1" in
    -O) exit 0 ;;
    -l) user=$2; shift 2 ;;
    *) shift 2 ;;
  esac
done
host=$2
shift 2
root=${folder}/$host
if [ ! -d "$root" ]; then echo "ssh: connect to host $host port 22: No route to host" >&2; exit 255; fi
if [ -e "$root/state/refuse" ]; then cat "$root/state/refuse" >&2; exit 255; fi
home=$root/home/$user
[ "$user" = root ] && home=$root/root
if ! grep -q . "$home/.ssh/authorized_keys" 2>/dev/null; then echo "$user@$host: Permission denied (publickey)." >&2; exit 255; fi
if [ "$*" = "docker system dial-stdio" ]; then
  if [ ! -e "$root/bin/docker" ]; then echo "sh: 1: docker: not found" >&2; exit 127; fi
  if [ "$user" != root ] && ! grep -qw docker "$root/state/accounts/$user" 2>/dev/null; then
    echo "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock" >&2
    exit 1
  fi
  exec ${node} --input-type=module -e "import{connect}from'node:net';const s=connect('$root/engine.sock');process.stdin.pipe(s);s.pipe(process.stdout);s.on('error',(e)=>{console.error(e.message);process.exit(1)})"
fi
SSH_USER=$user
SSH_CONNECTION="198.51.100.7 51234 $host 22"
SSH_PID=$$
PATH=$root/bin
export SSH_USER SSH_CONNECTION SSH_PID PATH
unset AS_ROOT
[ "$user" = root ] && export AS_ROOT=yes
sed -E ${JSON.stringify(inside('$root'))} | "$@"
`;

/** On every machine. */
const installed = (root: string, date: string): Record<string, string> =>
  withHead(root, {
    uname: 'cat "$state/architecture" 2>/dev/null || echo x86_64',
    date: `echo $(($(${date} +%s) + $(cat "$state/offset")))`,
    id: `case "$1" in
  -un) [ "$AS_ROOT" ] && echo root || echo "$SSH_USER" ;;
  -u) [ "$AS_ROOT" ] && echo 0 || echo 1000 ;;
  *) cat "$state/accounts/$2" ;;
esac`,
    sudo: `[ -e "$state/sudo" ] || { echo "sudo: a password is required" >&2; exit 1; }
shift
export AS_ROOT=yes
case "$1" in true) ;; *) exec "$@" ;; esac`,
    getent:
      'case "$2" in root) home=$root/root ;; *) home=$root/home/$2 ;; esac; echo "$2:x:0:0::$home:/bin/sh"',
    systemctl: `case "$1" in
  is-enabled) [ -e "$state/packages-docker.io" ] && { [ -e "$state/not-at-boot" ] && echo disabled || echo enabled; } ;;
  *) tell systemctl "$@"
    [ "$*" = "stop systemd-timedated" ] && rm -f "$state/timedated"
    exit 0 ;;
esac`,
    df: `printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\\n/dev/sda1 83886080 1 %s 1%% /\\n' "$(cat "$state/disk")"`,
    // Asked for the first time, what answers it begins, and knows from then on whether there was something that keeps the clock.
    timedatectl: `known=$state/timedated
[ -e "$known" ] || { if [ -e "$state/packages-systemd-timesyncd" ] || grep -q CanNTP=yes "$state/clock"; then echo yes; else echo no; fi >"$known"; }
case "$1 $2 $3" in
  "show  ") cat "$state/clock" ;;
  "show --property NTPSynchronized") sed -n 's/^NTPSynchronized=//p' "$state/clock" ;;
  *) tell timedatectl "$@"
    grep -q yes "$known" || { echo "Failed to set ntp: NTP not supported" >&2; exit 1; }
    echo 0 >"$state/offset"; printf 'CanNTP=yes\\nNTP=yes\\nNTPSynchronized=yes\\n' >"$state/clock" ;;
esac`,
    'systemd-detect-virt': '[ -e "$state/container" ] && cat "$state/container" || { echo none; exit 1; }',
    // Whether another machine answers: `-c '</dev/tcp/10.0.0.10/2377'`.
    bash: '! grep -qxF "$2" "$state/closed" 2>/dev/null',
    ss: 'cat "$state/listening"',
    nft: 'cat "$state/nft" 2>/dev/null',
    'apt-config': `grep -h Unattended "$root"/etc/apt/apt.conf.d/* 2>/dev/null`,
    'dpkg-query': '[ -e "$state/packages-unattended-upgrades" ] && echo "install ok installed"',
    // While another program installs it does not wait.
    dpkg: `busy "$state/installing" && {
  echo "dpkg: error: dpkg frontend lock was locked by another process with pid 4099" >&2
  echo "Note: removing the lock file is always wrong, can damage the locked area" >&2
  echo "and the entire system. See <https://wiki.debian.org/Teams/Dpkg/FAQ#db-lock>." >&2
  exit 2
}
tell dpkg "$@"`,
    // Nor does it while another one fetches lists of packages.
    'apt-get': `case "$*" in *update*) busy "$state/fetching" && {
  echo "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 4084 (unattended-upgr)" >&2
  echo "E: Unable to lock directory /var/lib/apt/lists/" >&2
  exit 100
} ;; esac
tell apt-get "$@"
[ -e "$state/apt-fails" ] && { cat "$state/apt-fails" >&2; exit 100; }
seen=
for word; do
  case "$word" in
    install) seen=yes ;;
    -*) ;;
    *) [ "$seen" ] && {
      if [ -e "$state/killed-at-$word" ]; then rm "$state/killed-at-$word"; kill -9 "$SSH_PID"; exit 1; fi
      touch "$state/packages-$word"
      program=\${word%.io}
      [ -e "$state/program-$program" ] && { cat "$state/program-$program" >"$root/bin/$program"; chmod 755 "$root/bin/$program"; }
      [ "$word" = docker.io ] && [ ! -e "$state/engine" ] && echo "20.10.24 1.41" >"$state/engine"
    } ;;
  esac
done
exit 0`,
    sshd: 'cat "$state/sshd"',
    ip: 'case "$*" in *route*) cat "$state/routes" 2>/dev/null ;; *) cat "$state/addresses" ;; esac',
    adduser: `tell adduser "$@"
for word; do :; done
[ -e "$state/accounts/$word" ] && { echo "adduser: The user '$word' already exists." >&2; exit 1; }
mkdir -p "$root/home/$word"
echo "$word" >"$state/accounts/$word"`,
    usermod: `tell usermod "$@"
[ "$1" = --password ] && exit 0
[ -e "$state/packages-docker.io" ] || { echo "usermod: group 'docker' does not exist" >&2; exit 6; }
printf '%s docker\\n' "$(cat "$state/accounts/$4")" >"$state/accounts/$4"`,
    install: 'for word; do :; done; tell install "$@"; mkdir -p "$word"',
    chown: 'tell chown "$@"',
  });

/** What packages bring. */
const packages = (root: string): Record<string, string> =>
  withHead(root, {
    docker: `case "$1" in
  version) cat "$state/engine" ;;
  ps) case "$*" in *Ports*) cat "$state/published" 2>/dev/null ;; *) cat "$state/edge" 2>/dev/null ;; esac ;;
  service) cat "$state/published-by-services" 2>/dev/null ;;
esac
exit 0`,
    ufw: `rules=$state/ufw-rules
touch "$rules"
case "$*" in
  "status verbose")
    if [ -e "$state/ufw-active" ]; then
      printf 'Status: active\\nLogging: on (low)\\nDefault: %s (incoming), allow (outgoing), disabled (routed)\\n' "$(cat "$state/ufw-incoming" 2>/dev/null || echo deny)"
    else echo "Status: inactive"; fi ;;
  "show added") echo "Added user rules (see 'ufw status' for running firewall):"; cat "$rules" ;;
  "--force enable") tell ufw "$@"; touch "$state/ufw-active" ;;
  "default deny incoming") tell ufw "$@"; echo deny >"$state/ufw-incoming" ;;
  "delete "*) tell ufw "$@"; shift; printf 'ufw %s\\n' "$*" >"$state/gone"; grep -vxFf "$state/gone" "$rules" >"$rules.new"; cat "$rules.new" >"$rules" ;;
  *) tell ufw "$@"; grep -qxF "ufw $*" "$rules" || printf 'ufw %s\\n' "$*" >>"$rules" ;;
esac
exit 0`,
  });

const withHead = (root: string, all: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([name, text]) => [name, `${head(root)}${text}\n`]));

export const programs = { ssh, installed, packages };
