/**
 * The longest time in which the public address of this machine answers nobody while releases are exchanged under 200 requests a second:
 * deploys, and rollbacks to a warm release. `npm run bench -w deploy`
 */
import { BenchProject } from './project.ts';
import { promise } from './promise.ts';

const runs = 5;
/** Requests per second. */
const rate = '200';

interface Probed {
  readonly probe: { readonly sent: number; readonly failed: number; readonly longestGapMs: number };
}

const project = await BenchProject.open();
try {
  await project.conductor('deploy');
  const gaps: number[] = [];
  let [sent, failed] = [0, 0];
  for (let run = 0; run < runs; run++) {
    for (const command of [['deploy'], ['rollback', '--yes']]) {
      const { result } = await project.conductor(...command, '--probe', rate, '--json');
      const { probe }: Probed = JSON.parse(result);
      sent += probe.sent;
      failed += probe.failed;
      gaps.push(probe.longestGapMs);
    }
  }
  if (failed > 0 || sent === 0) process.exitCode = 1;
  const how = `${gaps.length} cutovers: ${gaps.join(', ')} ms; ${sent} requests, ${failed} failed`;
  promise('longest gap of a cutover', Math.max(...gaps), 50, 'ms', how);
} finally {
  await project.close();
}
