import { type Call, done, type Handlers, made, ok } from './call.ts';
import { type Cluster, found, iso, type StoredFile } from './cluster.ts';
import { filtersOf, fits, labelled, named } from './filters.ts';
import { noSpace, outOfSequence, Refused, rpc } from './refused.ts';
import { versionOf } from './services.ts';

interface Kind {
  readonly word: 'secret' | 'config';
  readonly limit: number;
  /** Whether the data are ever told again. */
  readonly told: boolean;
}

const limits = { secret: 512_000, config: 1_024_000 } as const;

/** Secrets: their data go in and never come back. */
export const secrets = (cluster: Cluster, violate: (text: string) => void): Handlers =>
  handlers(cluster, { word: 'secret', limit: limits.secret, told: false }, violate, 'Secret');

/** Configs: the same with data that anyone can read. */
export const configs = (cluster: Cluster, violate: (text: string) => void): Handlers =>
  handlers(cluster, { word: 'config', limit: limits.config, told: true }, violate, 'Config');

function handlers(
  cluster: Cluster,
  { word, limit, told }: Kind,
  violate: (text: string) => void,
  prefix: string,
): Handlers {
  const all = () => (word === 'secret' ? cluster.secrets : cluster.configs);
  const get = ({ path }: Call) => found(all(), path.id!, ({ name }) => name, word);
  const node = ({ id, version, createdAt, updatedAt, name, labels, data }: StoredFile) => ({
    ID: id,
    Version: { Index: version },
    CreatedAt: iso(createdAt),
    UpdatedAt: iso(updatedAt),
    Spec: { Name: name, Labels: labels, ...(told ? { Data: data.toString('base64') } : {}) },
  });
  return {
    [`${prefix}List`]: ({ query }) => {
      const filters = filtersOf(query, ['id', 'label', 'name', 'names']);
      return ok(
        all()
          .filter(
            (one) =>
              named(filters, one) &&
              labelled(filters, one.labels) &&
              fits(filters, 'names', (value) => value === one.name),
          )
          .map(node),
      );
    },
    [`${prefix}Inspect`]: (call) => ok(node(get(call))),
    [`${prefix}Create`]: ({ body }) => {
      const {
        Name: name = '',
        Labels: labels = {},
        Data = '',
      } = body as {
        Name?: string;
        Labels?: Record<string, string>;
        Data?: string;
      };
      const data = Buffer.from(Data, 'base64');
      const standard = Data.replaceAll('-', '+').replaceAll('_', '/');
      const bad = [...standard].findIndex((one) => !/[A-Za-z0-9+/=]/.test(one));
      if (bad >= 0) throw new Refused(400, `illegal base64 data at input byte ${bad}`);
      if (!/^[a-zA-Z0-9]([a-zA-Z0-9-_.]{0,62}[a-zA-Z0-9])?$/.test(name))
        throw rpc(
          'InvalidArgument',
          'invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]',
        );
      if (data.length === 0 || data.length > limit)
        throw rpc('InvalidArgument', `${word} data must be larger than 0 and less than ${limit} bytes`);
      if (all().some((one) => one.name === name))
        throw rpc('AlreadyExists', `${word} ${name} already exists`);
      if (cluster.diskFull) throw noSpace('/var/lib/docker/swarm/raft/wal-v3-encrypted/0.wal');
      const file: StoredFile = {
        id: cluster.ids.swarm(word),
        createdAt: cluster.now,
        updatedAt: cluster.now,
        version: cluster.change(),
        name,
        labels,
        data,
        foreign: false,
      };
      all().push(file);
      return made({ ID: file.id });
    },
    [`${prefix}Update`]: (call) => {
      const file = get(call);
      const {
        Name,
        Labels = {},
        Data,
      } = call.body as {
        Name?: string;
        Labels?: Record<string, string>;
        Data?: string;
      };
      if (versionOf(call) !== file.version) throw outOfSequence();
      if (Name !== file.name || (Data !== undefined && !file.data.equals(Buffer.from(Data, 'base64'))))
        throw rpc('InvalidArgument', 'only updates to Labels are allowed');
      if (file.foreign) violate(`update of ${word} ${file.name}, which is somebody else's`);
      file.labels = Labels;
      file.version = cluster.change();
      file.updatedAt = cluster.now;
      return done();
    },
    [`${prefix}Delete`]: (call) => {
      const file = get(call);
      if (file.foreign) violate(`removal of ${word} ${file.name}, which is somebody else's`);
      const users = cluster.services
        .filter(({ spec }) => {
          const { Secrets = [], Configs = [] } = spec.TaskTemplate.ContainerSpec ?? {};
          return [...Secrets, ...Configs].some(
            ({ SecretID, ConfigID }) => SecretID === file.id || ConfigID === file.id,
          );
        })
        .map(({ spec }) => spec.Name);
      if (users.length > 0) {
        const whom = users.length === 1 ? 'service' : 'services';
        throw rpc(
          'InvalidArgument',
          `${word} '${file.name}' is in use by the following ${whom}: ${users.join(', ')}`,
        );
      }
      all().splice(all().indexOf(file), 1);
      return done(204);
    },
  };
}
