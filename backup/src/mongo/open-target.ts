import { MongoClient } from 'mongodb';
import { parseConnectionString } from '../connection-string.ts';
import { BackupError } from '../errors.ts';

/** Opens the server that is restored into. @throws {BackupError} `restore.unreachable`: before it, nothing was changed */
export async function openTarget(url: string): Promise<MongoClient> {
  const { hosts } = parseConnectionString(url);
  let client: MongoClient | undefined;
  try {
    client = new MongoClient(url);
    return await client.connect();
  } catch (cause) {
    await client?.close();
    throw new BackupError({
      code: 'restore.unreachable',
      message: `The server ${hosts.join(', ')} does not answer, or does not let us in: ${(cause as Error).message}.`,
      hint: 'Look at its address, its name and password, and whether this machine can reach it. Nothing was changed.',
      cause,
    });
  }
}
