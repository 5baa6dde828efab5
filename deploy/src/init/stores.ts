import type { StoreKind } from '../model/store.ts';

/** A data service by the word that a source has for it: one of Conductor's stores, or the name of one that it does not have. */
export type DataService = { readonly store: StoreKind } | { readonly other: string };

const mongodb: DataService = { store: 'mongodb' };
const redis: DataService = { store: 'redis' };
const other = (name: string): DataService => ({ other: name });

const schemes: Readonly<Record<string, DataService>> = {
  mongodb,
  'mongodb+srv': mongodb,
  redis,
  rediss: redis,
  valkey: redis,
  postgres: other('PostgreSQL'),
  postgresql: other('PostgreSQL'),
  mysql: other('MySQL'),
  mysql2: other('MySQL'),
  mariadb: other('MariaDB'),
  mssql: other('SQL Server'),
  sqlserver: other('SQL Server'),
  amqp: other('RabbitMQ'),
  amqps: other('RabbitMQ'),
  nats: other('NATS'),
  kafka: other('Kafka'),
  memcached: other('Memcached'),
  neo4j: other('Neo4j'),
  bolt: other('Neo4j'),
  clickhouse: other('ClickHouse'),
};

/** By the address of one: `postgresql+asyncpg://…` too. */
export function storeOfAddress(value: string): DataService | undefined {
  const [, scheme = ''] = /^([a-z][a-z0-9.+-]*):\/\//i.exec(value.trim()) ?? [];
  const name = scheme.toLowerCase();
  return Object.hasOwn(schemes, name) ? schemes[name] : ownScheme(name.split('+')[0]!);
}
const ownScheme = (name: string) => (Object.hasOwn(schemes, name) ? schemes[name] : undefined);

const images: readonly (readonly [RegExp, DataService])[] = [
  [/^(percona-server-)?mongo(db)?([-_](community-server|atlas-local))?$|mongodb/, mongodb],
  [/^(redis|valkey|keydb|dragonfly|redis-stack(-server)?|redict)$/, redis],
  [/postgres|postgis|pgautoupgrade|pgvector|timescale|supabase-db/, other('PostgreSQL')],
  [/^mysql/, other('MySQL')],
  [/mariadb/, other('MariaDB')],
  [/mssql|sqlserver|azure-sql-edge/, other('SQL Server')],
  [/rabbitmq/, other('RabbitMQ')],
  [/kafka|redpanda|zookeeper/, other('Kafka')],
  [/elasticsearch|opensearch(?!-dash)/, other('Elasticsearch')],
  [/meilisearch/, other('Meilisearch')],
  [/typesense/, other('Typesense')],
  [/memcached/, other('Memcached')],
  [/minio/, other('MinIO')],
  [/^nats/, other('NATS')],
  [/neo4j/, other('Neo4j')],
  [/clickhouse/, other('ClickHouse')],
  [/qdrant|weaviate|milvus|chroma$/, other('a vector database')],
  [/cassandra|scylla/, other('Cassandra')],
  [/^influxdb/, other('InfluxDB')],
];

/** By its image: `docker.io/bitnami/mongodb:7`. Tools beside a store, such as mongo-express, are none. */
export function storeOfImage(image: string): DataService | undefined {
  const name = (image.split('@')[0]!.split('/').at(-1) ?? '').split(':')[0]!.toLowerCase();
  if (/express|exporter|commander|insight|admin|backup|ui$|sentinel|setup/.test(name)) return undefined;
  return images.find(([pattern]) => pattern.test(name))?.[1];
}

const dependencies: Readonly<Record<string, DataService>> = {
  ...Object.fromEntries(
    [
      ...['mongodb', 'mongoose', 'monk', '@typegoose/typegoose', 'connect-mongo', '@nestjs/mongoose'],
      ...['@fastify/mongodb', 'pymongo', 'motor', 'mongoengine', 'beanie', 'django-mongodb-backend'],
      ...['flask-pymongo', 'mongoid', 'mongo', 'go.mongodb.org/mongo-driver'],
    ].map((name) => [name, mongodb]),
  ),
  ...Object.fromEntries(
    [
      ...['redis', 'ioredis', 'bullmq', 'bull', 'bee-queue', 'connect-redis', '@fastify/redis', 'rq'],
      ...['@nestjs/bull', '@nestjs/bullmq', 'django-redis', 'django-rq', 'celery-redis', 'sidekiq', 'resque'],
      ...['github.com/redis/go-redis', 'github.com/go-redis/redis', 'github.com/gomodule/redigo', 'arq'],
      ...['github.com/hibiken/asynq', '@socket.io/redis-adapter'],
    ].map((name) => [name, redis]),
  ),
  ...Object.fromEntries(
    [
      ...['pg', 'postgres', '@vercel/postgres', 'psycopg2', 'psycopg2-binary', 'psycopg', 'asyncpg'],
      ...['github.com/lib/pq', 'github.com/jackc/pgx'],
    ].map((name) => [name, other('PostgreSQL')]),
  ),
  ...Object.fromEntries(
    ['mysql', 'mysql2', 'mysqlclient', 'pymysql', 'github.com/go-sql-driver/mysql'].map((name) => [
      name,
      other('MySQL'),
    ]),
  ),
  amqplib: other('RabbitMQ'),
  kafkajs: other('Kafka'),
};

/** By a library that speaks to it. */
export function storeOfDependency(name: string): DataService | undefined {
  const bare = name.toLowerCase().replace(/\/v\d+$/, '');
  return Object.hasOwn(dependencies, bare) ? dependencies[bare] : undefined;
}

/** By the name of a setting: `MONGODB_URI`, `DATABASE_URL` is none. */
export function storeOfName(name: string): DataService | undefined {
  const upper = name.toUpperCase();
  if (/MONGO/.test(upper)) return mongodb;
  if (/(^|_)(REDIS|VALKEY|REDISCLOUD|KEYDB|UPSTASH)/.test(upper)) return redis;
  if (/(^|_)(POSTGRES(QL)?|PG(HOST|USER|PASSWORD|DATABASE|PORT)?)(_|$)/.test(upper))
    return other('PostgreSQL');
  if (/(^|_)(MYSQL)(_|$)/.test(upper)) return other('MySQL');
  if (/(^|_)(MARIADB)(_|$)/.test(upper)) return other('MariaDB');
  if (/(^|_)(RABBITMQ|AMQP|CLOUDAMQP)(_|$)/.test(upper)) return other('RabbitMQ');
  if (/(^|_)(ELASTIC(SEARCH)?)(_|$)/.test(upper)) return other('Elasticsearch');
  return undefined;
}

/** A store that Conductor does not have, as it is listed. */
export const withoutStore = (what: string, name: string, setting?: string) => ({
  what,
  why: `Conductor's stores are MongoDB and Redis. Run ${name} elsewhere${setting ? `; ${setting} is its address there, kept as a secret` : ', and give its address as a setting: secret(…)'}.`,
});
