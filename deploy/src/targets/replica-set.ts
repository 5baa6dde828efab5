/**
 * MongoDB as a replica set of one, from its official image: one member has transactions and change streams, and no failover.
 * For platforms that run an image with a command and variables; https://hub.docker.com/_/mongo says what the image does with them.
 */
export const replicaSet = {
  /** Takes fixes of 8.0 only, never another MongoDB. */
  image: 'docker.io/library/mongo:8.0',
  /** Where the image keeps the data: the place of the volume. */
  data: '/data/db',
  user: 'conductor',
  /** The script is a variable, so that no platform's way of taking quotes apart can break it. */
  command: ['/bin/sh', '-c', 'eval "$MONGO_START"'],
} as const;

/**
 * Run again and again until it ends well, each time one step further: the set, then its user, both over localhost as
 * https://www.mongodb.com/docs/manual/tutorial/deploy-replica-set-with-keyfile-access-control/ has it. Where all is made it changes
 * nothing. The one member is known to itself as 127.0.0.1, which it finds wherever the container is started next; clients speak to it
 * directly, so they need not.
 */
const prepare = `
const { MONGO_USER: user, MONGO_PASSWORD: password } = process.env;
const login = encodeURIComponent(user) + ':' + encodeURIComponent(password);
const server = '127.0.0.1:27017/?directConnection=true';
let made = true;
try {
  new Mongo('mongodb://' + login + '@' + server + '&authSource=admin').getDB('admin').runCommand({ ping: 1 });
} catch (error) {
  // AuthenticationFailed: there is no user yet. Anything else is a server that is not up yet.
  if (error.code !== 18) throw error;
  made = false;
}
if (!made) {
  const admin = new Mongo('mongodb://' + server).getDB('admin');
  const { setName, isWritablePrimary } = admin.runCommand({ hello: 1 });
  if (!setName) admin.runCommand({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host: '127.0.0.1:27017' }] } });
  else if (isWritablePrimary) admin.runCommand({ createUser: user, pwd: password, roles: ['root'] });
  throw new Error('The replica set is being prepared.');
}
`.trim();

/** mongod takes a key file only when nobody but its user can read it; the image's own script starts it as that user. */
const start = (more: string): string =>
  `
set -e
rm -f /tmp/replica-set.key
(umask 077; printf %s "$MONGO_REPLICA_SET_KEY" | tr -dc A-Za-z0-9 >/tmp/replica-set.key)
chmod 400 /tmp/replica-set.key
chown mongodb /tmp/replica-set.key
(until mongosh --quiet --nodb --eval "$MONGO_PREPARE"; do sleep 1; done) &
exec docker-entrypoint.sh mongod --replSet rs0 --keyFile /tmp/replica-set.key --bind_ip_all${more}
`.trim();

/** The variables that are no secrets; MONGO_PASSWORD and MONGO_REPLICA_SET_KEY come on top. `ipv6`: the private network has it. */
export const replicaSetVariables = ({ ipv6 = false } = {}): Readonly<Record<string, string>> => ({
  MONGO_USER: replicaSet.user,
  MONGO_PREPARE: prepare,
  MONGO_START: start(ipv6 ? ' --ipv6' : ''),
});

/** Its address for clients. One that is not prepared yet is no server for them. */
export const replicaSetUrl = (password: string, host: string): string =>
  `mongodb://${replicaSet.user}:${password}@${host}:27017/?replicaSet=rs0&directConnection=true&authSource=admin`;

/** Whether a service starts as a member of a replica set, by its command or by ours. */
export const startsReplicaSet = (
  command: string | null | undefined,
  variables: Readonly<Record<string, string | null | undefined>>,
): boolean =>
  /--replSet\b/.test(`${command ?? ''} ${command?.includes('MONGO_START') ? variables.MONGO_START : ''}`);

/** Whether an image is MongoDB's official one, of which is known how it starts. */
export const isOfficialMongo = (image: string): boolean =>
  /^(docker\.io\/|index\.docker\.io\/)?(library\/)?mongo(:|@|$)/.test(image);
