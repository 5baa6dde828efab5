/**
 * Serves the files of a service that has no server of its own, as the process of a replica: it listens on PORT and HOST, and ends on SIGTERM
 * when what is under way is finished. Its only argument is {@link Files} as JSON.
 */
import { createServer } from 'node:http';
import { type Files, fileServer } from './file-server.ts';

const files = JSON.parse(process.argv[2]!) as Files;
// A connection that the gateway keeps is not ended while it may ask again.
const server = createServer({ keepAliveTimeout: 75_000 }, fileServer(files));
server.listen(Number(process.env.PORT), process.env.HOST, () =>
  console.log(`serves the files of ${files.folder}`),
);
process.once('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
