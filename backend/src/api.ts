import cluster from 'node:cluster';
import { runProcess } from './process/run.ts';

/** The API: one process, or a primary that keeps several. */
await runProcess('api', async (settings) => {
  const several = settings.WORKERS > 1 || settings.MAX_REQUESTS > 0;
  if (several && cluster.isPrimary) {
    const [{ runPrimary }, { createLog }] = await Promise.all([
      import('./process/primary.ts'),
      import('./log.ts'),
    ]);
    runPrimary(settings, createLog(settings, 'api'));
  } else {
    const { serve } = await import('./process/serve.ts');
    await serve(settings);
  }
});
