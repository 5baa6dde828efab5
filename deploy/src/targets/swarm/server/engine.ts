import { byHand, type Check, type Found, install, type Look, mended, ok } from './check.ts';

const least: Readonly<Record<string, number>> = { debian: 12, ubuntu: 22.04 };
const known = 'Debian 12 and newer, Ubuntu 22.04 and newer';

export function system({ facts: { os, architecture } }: Pick<Look, 'facts'>): Found {
  const from = least[os.id];
  // What comes next has no number yet.
  if (from === undefined || (os.version !== '' && Number(os.version) < from))
    return byHand(
      'failure',
      `${os.name} is not among what can be a server: ${known}`,
      `Have the provider install one of them: ${known}.`,
    );
  if (!['x86_64', 'aarch64'].includes(architecture))
    return byHand(
      'failure',
      `Its processor is ${architecture || 'unknown'}`,
      'Take a machine with x86_64 or aarch64.',
    );
  return ok(`${os.name} on ${architecture}`);
}

/** The oldest API that is spoken with an engine. */
const oldest = 41;

export const engine: Check = ({ facts: { engine: found, docker, atBoot } }) => {
  if (!docker) return mended('failure', 'Docker is not installed', 'installs Docker', install('docker.io'));
  if (!found)
    return mended('failure', 'Docker is installed and does not answer', 'starts Docker', [
      'systemctl enable --now docker',
    ]);
  if (Number(found.api.split('.')[1]) < oldest)
    return byHand(
      'failure',
      `Docker ${found.version} is too old: version ${found.api} of its API, and 1.${oldest} is needed`,
      'Install Docker 20.10 or a newer one: https://docs.docker.com/engine/install/',
    );
  if (atBoot === false)
    return mended(
      'failure',
      `Docker ${found.version} does not start with the machine`,
      'lets Docker start with the machine',
      ['systemctl enable docker'],
    );
  return ok(`Docker ${found.version}, API ${found.api}`);
};

export const account: Check = ({ facts: { account: found, keys }, wanted: { account: name }, login }) => {
  if (name === 'root') return ok('Deploys reach the engine as root');
  const from = `${login.user === 'root' ? '/root' : `/home/${login.user}`}/.ssh/authorized_keys`;
  const home = `/home/${name}/.ssh`;
  // Only root sees whose keys are where; the others are told by whether they get in.
  const sees = login.isRoot && login.user !== name;
  if (sees && keys === 0 && !found)
    return byHand(
      'failure',
      `There is no account ${name}, and no key in ${from} that it could be given`,
      `Make it, and write the public keys of those who deploy into ${home}/authorized_keys: adduser --disabled-password --gecos '' ${name}`,
    );
  const lacks = {
    account: !found,
    docker: !found?.groups.includes('docker'),
    keys: sees && keys > 0 && (found?.missingKeys ?? keys) > 0,
  };
  const lines = [
    // Where sshd does without PAM it lets nobody in whose account is locked, and without a password of any kind it is.
    ...(lacks.account
      ? [`adduser --disabled-password --gecos '' ${name}`, `usermod --password '*' ${name}`]
      : []),
    ...(lacks.docker ? [`usermod --append --groups docker ${name}`] : []),
    ...(lacks.keys
      ? [
          `install -d -m 700 -o ${name} -g ${name} ${home}`,
          `touch ${home}/authorized_keys`,
          `grep -vxFf ${home}/authorized_keys ${from} >>${home}/authorized_keys`,
          `chown ${name}: ${home}/authorized_keys`,
          `chmod 600 ${home}/authorized_keys`,
        ]
      : []),
  ];
  const title = lacks.account
    ? `There is no account ${name}, by which deploys reach the engine`
    : lacks.docker
      ? `The account ${name} may not use Docker`
      : `The account ${name} lets in fewer keys than ${login.user}`;
  return lines.length > 0
    ? mended('failure', title, `${lacks.account ? 'makes' : 'completes'} the account ${name}`, lines)
    : ok(`The account ${name} may use Docker`);
};
