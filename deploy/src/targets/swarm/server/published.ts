import { byHand, type Check } from './check.ts';
import { openedBy } from './firewall.ts';

/** A port of a container that Docker leads to from outside. */
export interface Published {
  /** Of the container or the service. */
  readonly name: string;
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

/** From lines of `docker ps` and `docker service ls`, a name and its ports: `shop 0.0.0.0:8080->80/tcp, 127.0.0.1:9000->9000/tcp`. */
export const publishedIn = (lines: readonly string[]): Published[] =>
  lines.flatMap((line) => {
    const [name = ''] = line.split(' ');
    return [...line.matchAll(/[ ,](\S+):(\d+)(?:-\d+)?->[\d-]+\/(tcp|udp)/g)].flatMap(
      ([, address = '', port, protocol]) =>
        /^(127\.|\[?::1\]?$)/.test(address)
          ? []
          : [{ name, port: Number(port), protocol: protocol as 'tcp' | 'udp' }],
    );
  });

/** What Docker publishes is open to everybody, whatever ufw says: its rules come first. One that a rule opens is meant to be. */
export const published: Check = ({ facts, wanted }) => {
  if (!wanted.firewall || !facts.ufw?.status.includes('Status: active')) return null;
  const meant = [...wanted.ports, ...facts.ufw.added.flatMap(openedBy)];
  const past = facts.published.filter(({ name, port, protocol }) =>
    protocol === 'tcp'
      ? !meant.includes(port) && !name.startsWith('conductor-edge.')
      : !facts.ufw!.added.includes(`ufw allow ${port}/udp`),
  );
  if (past.length === 0) return null;
  const [first] = past;
  const listed = [...new Set(past.map(({ name, port, protocol }) => `${port}/${protocol} (${name})`))];
  return byHand(
    'warning',
    `Docker opens past the firewall, to everybody: ${listed.join(', ')}`,
    `Publish it for the machine alone (127.0.0.1:${first!.port}:…). If it is for everybody, say so: ufw allow ${first!.port}/${first!.protocol}`,
  );
};
