import { fileURLToPath } from 'node:url';
import { createApp } from './app.ts';
import { readSettings } from './settings.ts';

/** Serves the built web client until SIGTERM or SIGINT, then ends what is in flight and exits 0. */
async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const app = await createApp(settings, fileURLToPath(new URL('../dist', import.meta.url)));
  const address = await app.listen({ port: settings.PORT, host: settings.HOST });
  console.log(`web client ${settings.CONDUCTOR_RELEASE} on ${address}`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void app.close());
}

main().catch((error: Error & { hint?: string }) => {
  console.error(error.hint ? `${error.message}\n${error.hint}` : error);
  process.exitCode = 1;
});
