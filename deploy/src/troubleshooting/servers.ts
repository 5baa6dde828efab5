import { type ErrorPages, page } from './page.ts';

/** Machines of one's own: looked at, prepared, added and removed. */
export const serverPages: ErrorPages = {
  'server.none': page(
    'Only a target that is made of servers of one’s own has some to add or remove: `swarm`. A platform has its own, and looks after them itself.',
    'Name an environment on own servers, or describe one: docs/guides/own-server.md.',
  ),
  'server.which': page(
    'The config has several environments on own servers, and it was not said which one is meant.',
    'Name it: `conductor server add ssh://root@203.0.113.10 production`.',
  ),
  'server.unreachable': page(
    'ssh does not reach the machine: it is off, its address is another one, or a firewall is in between. The words of ssh are in the message.',
    'Try it by hand with the command in the hint. A new machine needs a minute until it lets anybody in.',
  ),
  'server.host-key': page(
    'ssh knows the machine by its host key. It has not seen this one yet, or it is another one than before. Conductor never takes over a host key by itself: whoever stands in between could be the one that shows it.',
    'New machine: log in once by hand, and compare the fingerprint that is asked about with what the provider shows.',
    'A machine that was made anew has a new key: forget the old one with `ssh-keygen -R ADDRESS`, and log in once.',
  ),
  'server.no-key': page(
    'The machine lets nobody in by a key that you have here. Conductor asks for no password: a deploy has to work without anybody.',
    'Put your public key there: `ssh-copy-id root@203.0.113.10`, or in the provider’s own panel.',
    'A key with a passphrase has to be in the agent: `ssh-add`.',
  ),
  'server.no-shell': page(
    'ssh gets in, and the machine does not do what it is told, or does not tell all: the login has no usual shell, its start-up files write or end it, or the connection was lost.',
    'By hand `ssh root@203.0.113.10 sh -c id` has to answer one line. Then run the command again.',
  ),
  'server.not-root': page(
    'What is missing on the machine can only be done by root, and the account that was named is not, nor may it become root by `sudo` without a password.',
    'Name an address that may: `ssh://root@…`, or the first account of the provider’s image, such as `ssh://ubuntu@…`.',
  ),
  'server.install-failed': page(
    'Something that was missing on the machine was begun, and failed or was cut off. Everything before it is done.',
    'Mend what the message says. Then run the command again: it looks anew, and does what is left.',
  ),
  'server.address': page(
    'A machine with several addresses has to say by which of them the other servers reach it. It is the one of the network that they share, private where there is one.',
    'Name it: `conductor server add ssh://root@203.0.113.10 production --advertise 10.0.0.2`.',
  ),
  'server.other-swarm': page(
    'A machine is part of one swarm. This one is part of another than that of the environment, so somebody may need what runs there.',
    'If nobody does, have it leave, on that machine: `docker swarm leave --force`. Then add it again.',
  ),
  'server.not-joined': page(
    'The machine was told to join, and the servers that are there did not come to know it. It was told to stop trying.',
    'Between the servers 2377/tcp, 7946/tcp, 7946/udp and 4789/udp have to be open, in the provider’s firewall, too. Then add it again.',
    'With several networks, name the address in the one that they share: `--advertise`.',
  ),
  'server.unknown-server': page(
    'No server of the swarm has that name, that address or an id that begins so.',
    '`conductor server list production` names them.',
  ),
  'server.ambiguous': page(
    'Several servers have the same host name.',
    'Name the one that is meant by its address: `conductor server list production`.',
  ),
  'server.pinned': page(
    'The edge, the switch and the stores stay on the server on which they were made, the `host`: their data lie on its disk, and would not come along.',
    'To take another machine in its place: make a backup, add the new one as the host of a config of its own, deploy, restore, and lead the domain there.',
  ),
  'server.nowhere': page(
    'No other server is there that takes replicas, so what runs there would end and start nowhere.',
    'Add one, or have one that is drained take replicas again: `conductor server activate production NAME`.',
  ),
  'server.no-replacement': page(
    'A service runs on that server only. It is started elsewhere before it ends there, so that nobody misses it; and it does not come up elsewhere: there is no room, no image, or it is not healthy. The server is as it was.',
    'Give what it lacks. The message says what the engine or its health path answered.',
  ),
  'server.not-moved': page(
    'What ran on the server was told to run elsewhere, and does not as often as it should: there is no room, no image, or it does not come up. The message says what is waited for.',
    'Have it take replicas again: `conductor server activate production NAME`. Or give what it lacks: another server, memory.',
  ),
  'server.quorum': page(
    'Orders are taken when more than half of the managers answer. Without this one that would not be so any more, and nothing could be changed; what runs would go on.',
    'First bring back, or remove, those that do not answer; or add another manager: `conductor server add ssh://root@203.0.113.12 production --manager`.',
  ),
  'server.dead': page(
    'The server is not heard of, so it can neither end what runs there nor leave by itself.',
    'Bring it back. If it never comes back: `conductor server remove production NAME --dead`.',
  ),
  'server.alive': page(
    '`--dead` is for what never comes back. This server is heard of, so it is drained and leaves by itself.',
    'Leave `--dead` out. One that was just switched off counts as alive for about a quarter of a minute.',
  ),
};
