import { byHand, type Check, install, mended, ok, type Wanted } from './check.ts';
import { describe, isPublic, listenersIn } from './listening.ts';

/** By which the servers of a swarm speak to one another, and nobody else should to them. */
const tcp = [2377, 7946];
const udp = [4789, 7946];

/** Rules that let another server of the swarm in, as ufw lists them. */
export const rulesFor = (other: string): string[] => [
  `ufw allow from ${other} to any port ${tcp.join()} proto tcp`,
  `ufw allow from ${other} to any port ${udp.join()} proto udp`,
];

/** Applications by whose names ufw opens ports. */
const applications: Readonly<Record<string, readonly number[]>> = {
  OpenSSH: [22],
  WWW: [80],
  'WWW Secure': [443],
  'WWW Full': [80, 443],
  'Nginx HTTP': [80],
  'Nginx HTTPS': [443],
  'Nginx Full': [80, 443],
  Apache: [80],
  'Apache Secure': [443],
  'Apache Full': [80, 443],
};

/** The ports of TCP that a rule opens to everybody: `ufw allow 80,443/tcp`. */
export function openedBy(rule: string): readonly number[] {
  const found = /^ufw (?:allow|limit) (?:in )?(?!from |on )(.+)$/.exec(rule);
  const what = found?.[1]?.replaceAll("'", '').replace(/ comment .*$/, '') ?? '';
  if (applications[what]) return applications[what];
  const [ports = '', protocol] = what.split('/');
  return protocol === 'udp' || !/^[\d,:]+$/.test(ports) ? [] : ports.split(',').flatMap(range);
}

/** `80`, `8000:8010`. */
function range(text: string): number[] {
  const [from = 0, to = from] = text.split(':').map(Number);
  return Array.from({ length: Math.max(0, Math.min(to - from, 65_535) + 1) }, (_, at) => from + at);
}

/** Opened to everybody, of those that are the servers' own. */
const tooOpen = (added: readonly string[]): string[] =>
  added.filter((rule) => {
    const ports = /^ufw allow (?!from |on )[^']*\/udp/.test(rule)
      ? openedBy(rule.replace('/udp', '/tcp')).filter((port) => udp.includes(port))
      : openedBy(rule).filter((port) => tcp.includes(port));
    return ports.length > 0;
  });

/** Rules that are still to be made. */
export function missingRules(
  added: readonly string[],
  { ports, others }: Pick<Wanted, 'ports' | 'others'>,
  sshPort: number,
): string[] {
  const opened = added.flatMap(openedBy);
  return [
    ...[sshPort, ...ports].filter((port) => !opened.includes(port)).map((port) => `ufw allow ${port}/tcp`),
    ...others.flatMap(rulesFor).filter((rule) => !added.includes(rule)),
  ];
}

/** What rules that are missing would open: `80/tcp to everybody, and 2377/tcp, 7946 and 4789/udp to 10.0.0.7`. */
function closed(rules: readonly string[]): string {
  const toAll = rules.flatMap((rule) => /^ufw allow (\d+)\/tcp$/.exec(rule)?.[1] ?? []);
  const to = rules.flatMap((rule) => /^ufw allow from (\S+) /.exec(rule)?.[1] ?? []);
  return [
    ...(toAll.length > 0 ? [`${toAll.join(', ')}/tcp to everybody`] : []),
    ...(to.length > 0 ? [`2377/tcp, 7946 and 4789/udp to ${[...new Set(to)].join(', ')}`] : []),
  ].join(', and ');
}

export const firewall: Check = ({ facts, wanted: asked, login }) => {
  if (!asked.firewall) return null;
  const { ufw, drops, listening, addresses } = facts;
  // Its own address may be among those of the servers.
  const others = asked.others.filter((one) => !addresses.some(({ address }) => address === one));
  const wanted = { ...asked, others };
  if (!login.isRoot)
    return byHand(
      'warning',
      `${login.user} may not see its firewall`,
      'Look at it as root: add it by ssh://root@….',
    );
  const active = ufw?.status.includes('Status: active') ?? false;
  const open = `${[login.sshPort, ...wanted.ports].join(', ')}/tcp to everybody`;
  const between =
    wanted.others.length > 0 ? `, and 2377/tcp, 7946 and 4789/udp to ${wanted.others.join(', ')}` : '';
  if (!active && drops)
    return byHand(
      'warning',
      'Another firewall than ufw filters there, whose rules are not read here',
      `Let it open ${open}${between || '; not 2377, 7946 and 4789'}.`,
    );
  const added = ufw?.added ?? [];
  const rules = missingRules(added, wanted, login.sshPort);
  if (active) {
    const wide = tooOpen(added);
    if (wide.length > 0)
      return mended(
        'failure',
        'Everybody may speak to the swarm itself (2377, 7946, 4789)',
        'closes what is for the servers alone',
        [...wide.map((rule) => rule.replace('ufw ', 'ufw delete ')), ...rules],
      );
    if (ufw!.status.some((line) => /^Default: (?!deny|reject).*\(incoming\)/.test(line)))
      return mended(
        'failure',
        'Its firewall lets in whatever no rule speaks of',
        'lets in only what a rule names',
        [...rules, 'ufw default deny incoming'],
      );
    return rules.length === 0
      ? ok(`Its firewall opens ${open}${between}`)
      : mended(
          'failure',
          `Its firewall does not open ${closed(rules)}`,
          'opens ports in the firewall',
          rules,
        );
  }
  const opened = added.flatMap(openedBy);
  const cut = listenersIn(listening).filter(
    (one) =>
      isPublic(one) &&
      ![login.sshPort, 80, 443, ...wanted.ports, ...tcp, ...opened].includes(one.port) &&
      one.program !== 'docker-proxy',
  );
  const lines = [...(ufw ? [] : install('ufw')), ...rules, 'ufw --force enable'];
  if (cut.length > 0)
    return byHand(
      'failure',
      `It has no firewall, and one would cut off ${[...new Set(cut.map(describe))].join(', ')}`,
      [`Decide on each (ufw allow ${cut[0]!.port}/tcp, or end the program). Then:`, ...lines].join('\n'),
    );
  return mended(
    'failure',
    'It has no firewall: everybody may speak to the swarm itself',
    'sets up the firewall',
    lines,
  );
};
