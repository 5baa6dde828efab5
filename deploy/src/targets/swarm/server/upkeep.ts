import { byHand, type Check, install, mended, ok } from './check.ts';

export const upgrades: Check = ({ facts: { upgrades: on } }) =>
  on
    ? ok('Security updates come by themselves')
    : mended(
        'warning',
        'Security updates do not come by themselves',
        'lets security updates come by themselves',
        [
          ...install('unattended-upgrades'),
          `printf '%s\\n' 'APT::Periodic::Update-Package-Lists "1";' 'APT::Periodic::Unattended-Upgrade "1";' >/etc/apt/apt.conf.d/20auto-upgrades`,
        ],
      );

export const rootLogin: Check = ({ facts: { rootByPassword } }) => {
  if (rootByPassword === null) return null;
  return rootByPassword
    ? byHand(
        'warning',
        'Root is let in by a password, which the whole world tries',
        `printf '%s\\n' 'PermitRootLogin prohibit-password' >/etc/ssh/sshd_config.d/10-root-by-key.conf && systemctl reload ssh`,
      )
    : ok('Root is let in by a key only');
};

export const reboot: Check = ({ facts: { rebootPending } }) =>
  rebootPending
    ? byHand(
        'warning',
        'It waits to be restarted, to run what was updated',
        'At a quiet time: systemctl reboot',
      )
    : null;
