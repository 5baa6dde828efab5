import { expect, it } from 'vitest';
import { missingRules } from './firewall.ts';

const wanted = { ports: [80, 443], others: [] };

it.each([
  ['names of applications', ['ufw allow OpenSSH', "ufw allow 'Nginx Full'"], 22, []],
  ['ports in one rule, and a range', ['ufw allow 80,443/tcp', 'ufw limit 20:30/tcp'], 22, []],
  ['ports of any protocol', ['ufw allow 22', 'ufw allow 80', 'ufw allow 443'], 22, []],
  ['another port of ssh', ['ufw allow 22/tcp', 'ufw allow 80,443/tcp'], 2222, ['ufw allow 2222/tcp']],
  [
    'ports of UDP, which are others',
    ['ufw allow 22/tcp', 'ufw allow 80/tcp', 'ufw allow 443/udp'],
    22,
    ['ufw allow 443/tcp'],
  ],
  [
    'rules for some only',
    ['ufw allow 22/tcp', 'ufw allow from 10.0.0.7 to any port 80,443 proto tcp'],
    22,
    ['ufw allow 80/tcp', 'ufw allow 443/tcp'],
  ],
])('knows what is open by %s', (_, added, ssh, missing) =>
  expect(missingRules(added, wanted, ssh)).toEqual(missing),
);
