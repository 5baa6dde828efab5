import { byHand, type Check, install, mended, ok } from './check.ts';

const gigabyte = 1024 ** 3;
const inGigabytes = (bytes: number): string => {
  const all = bytes / gigabyte;
  return `${all < 10 ? Math.floor(all * 10) / 10 : Math.floor(all)} GB`;
};

export const disk: Check = ({ facts: { disk: found } }) => {
  if (!found)
    return byHand('warning', 'How much room its disk has is not known', 'Look: df -h /var/lib/docker');
  const free = `${inGigabytes(found.free)} free where Docker's images and the stores lie`;
  const fix = 'Make room (docker system prune, apt-get clean), or take a larger disk.';
  if (found.free < 5 * gigabyte) return byHand('failure', `${free}: 5 GB are the least`, fix);
  if (found.free < 15 * gigabyte) return byHand('warning', `${free}: little for releases and backups`, fix);
  return ok(free);
};

export const memory: Check = ({
  facts: {
    memory: { total, swap },
  },
}) => {
  const found = `${inGigabytes(total)} of memory`;
  const fix = 'Take a machine with 2 GB or more; Conductor CRM with its stores wants 4.';
  // A machine of 1 GB says a little less.
  if (total < 0.9 * gigabyte) return byHand('failure', `${found}: 1 GB is the least`, fix);
  if (total < 1.8 * gigabyte && swap === 0)
    return byHand(
      'warning',
      `${found}, and no swap`,
      `${fix} Or give it swap: fallocate -l 2G /swapfile && chmod 600 /swapfile && mkswap /swapfile && swapon /swapfile && echo '/swapfile none swap sw 0 0' >>/etc/fstab`,
    );
  return ok(found);
};

/** Seconds that the clocks may differ: certificates and sessions are dated. */
const tolerated = 5;

/** Takes what keeps the clock right where there is nothing, and waits for a moment until it has. */
const synchronise = (canSynchronise: boolean): string[] => [
  ...(canSynchronise
    ? []
    : // It remembers for half a minute that there was nothing.
      [...install('systemd-timesyncd'), 'systemctl stop systemd-timedated']),
  'timedatectl set-ntp true',
  'systemctl restart systemd-timesyncd 2>/dev/null || true',
  'for second in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do [ "$(timedatectl show --property NTPSynchronized --value)" = yes ] && break; sleep 1; done',
];

export const clock: Check = ({
  facts: { clock: offset, synchronised, canSynchronise, synchronises, container },
}) => {
  const ahead = `Its clock is ${Math.abs(offset)} s ${offset > 0 ? 'ahead of' : 'behind'} this machine's`;
  if (Math.abs(offset) > tolerated) {
    // One that is synchronised is right: ours is not.
    if (synchronised)
      return byHand('failure', `${ahead}, and that is synchronised`, 'Set the clock of this machine.');
    if (container)
      return byHand(
        'failure',
        `${ahead}, and it is a container, which cannot set it`,
        'Have the clock of the machine set under which it runs, by whom that belongs to.',
      );
    return mended('failure', ahead, 'sets the clock', synchronise(canSynchronise));
  }
  if (synchronised) return ok('Its clock is right, and kept so');
  if (container) return ok('Its clock is right, and that of the machine under it: it is a container');
  if (synchronised === null) return ok('Its clock is right');
  if (synchronises)
    return byHand(
      'warning',
      'Its clock is right, and no time server has answered it yet',
      "After a start that takes a minute. Else let 123/udp out in the provider's firewall, and see what it says: timedatectl timesync-status",
    );
  return mended(
    'warning',
    'Its clock is right, and nothing keeps it so',
    'keeps the clock right',
    synchronise(canSynchronise),
  );
};
