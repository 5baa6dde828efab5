#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';

// Documents are read and sent as Buffers, of which V8 takes each 64 MB as a reason to collect all garbage unless they count as its heap does.
setFlagsFromString('--external-memory-accounted-in-global-limit');
// Compiled code is kept between starts; what follows is loaded after that has been switched on.
enableCompileCache();
const { CredentialsError, DataFileError, ListenError, readCredentials, startEmbeddedMongo } = await import(
  './index.ts'
);

const usage = `usage: embedded-mongo --data FILE --port N [--host ADDRESS] [--ttl-seconds N] [--oplog MIB]
                      [--credentials FILE]

  --data FILE       the file that holds the documents, made if it does not exist; :memory: for none
  --port N          the port to listen on, 0 for any free one
  --host ADDRESS    the address to listen on (127.0.0.1)
  --ttl-seconds N   how often expired documents are looked for (60)
  --oplog MIB       keep the history of all changes in local.oplog.rs, the newest so many MiB (none)
  --credentials FILE
                    clients must authenticate: the file holds user:password, and only its owner may read it (chmod 600)
`;

/** A mistake on the command line. */
class UsageError extends Error {}

const number = (name: string, text: string, most: number): number => {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value) || value < 0 || value > most)
    throw new UsageError(`--${name} must be a number from 0 to ${most}, not '${text}'`);
  return value;
};

const readFlags = (argv: string[]) => {
  const option = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        data: option,
        port: option,
        host: option,
        'ttl-seconds': option,
        oplog: option,
        credentials: option,
        help: { type: 'boolean' },
      },
    });
    if (values.help) return undefined;
    if (!values.data) throw new UsageError('--data is missing');
    if (values.port === undefined) throw new UsageError('--port is missing');
    const port = number('port', values.port, 65535);
    if (!Number.isInteger(port)) throw new UsageError(`--port must be a whole number, not '${values.port}'`);
    const ttl = number('ttl-seconds', values['ttl-seconds'] ?? '60', 86_400);
    if (ttl <= 0) throw new UsageError('--ttl-seconds must be more than 0');
    const oplog = values.oplog === undefined ? undefined : number('oplog', values.oplog, 1_048_576);
    if (oplog === 0) throw new UsageError('--oplog must be more than 0');
    const { data, host = '127.0.0.1', credentials: file } = values;
    return { data, port, host, expireEverySeconds: ttl, oplog, file };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError((error as Error).message, { cause: error });
  }
};

const main = async (): Promise<void> => {
  const options = readFlags(process.argv.slice(2));
  if (!options) {
    process.stdout.write(usage);
    return;
  }
  const { file, ...rest } = options;
  const server = await startEmbeddedMongo(
    file === undefined ? rest : { ...rest, credentials: readCredentials(file) },
  );
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.close());
  process.stdout.write(`embedded-mongo listening on ${server.url}\n`);
};

try {
  await main();
} catch (error) {
  if (error instanceof UsageError) process.stderr.write(`embedded-mongo: ${error.message}\n\n${usage}`);
  else if (
    error instanceof DataFileError ||
    error instanceof ListenError ||
    error instanceof CredentialsError
  )
    process.stderr.write(`embedded-mongo: ${error.message}\n${error.hint}\n`);
  else throw error;
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
