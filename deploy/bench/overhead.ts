/**
 * What Conductor itself adds to a deploy on this machine: from the start of the command to the cutover, without checks, less what
 * the service needs to start by itself. `npm run bench -w deploy`
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../src/targets/local/host/ports.ts';
import { BenchProject } from './project.ts';
import { median, promise } from './promise.ts';

const runs = 5;

/** Seconds from the start of `deploy` to the beginning of its cutover. */
async function secondsToCutover(project: BenchProject): Promise<number> {
  const { said } = await project.conductor('deploy');
  const cutover = said.find(({ line }) => line.startsWith('… Cut over'));
  return cutover?.at ?? Number.NaN;
}

/** Seconds that the service needs from its start to its first answer, when nobody deploys it. */
async function secondsToStart(project: BenchProject): Promise<number> {
  const port = await freePort(new Set());
  const began = performance.now();
  const child = project.serveAlone(port);
  try {
    while (!(await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined))?.ok) await sleep(5);
    return (performance.now() - began) / 1_000;
  } finally {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
  }
}

const project = await BenchProject.open();
try {
  // The first deploy also starts the host, which goes on running.
  console.log(
    `${'the first deploy'.padEnd(28)} ${(await secondsToCutover(project)).toFixed(2)} s to its cutover`,
  );
  const deploys: number[] = [];
  const starts: number[] = [];
  for (let run = 0; run < runs; run++) {
    deploys.push(await secondsToCutover(project));
    starts.push(await secondsToStart(project));
  }
  const [whole, alone] = [median(deploys), median(starts)];
  const how = `start to cutover ${whole.toFixed(2)} s, the service alone ${alone.toFixed(2)} s, median of ${runs}`;
  promise('Conductor adds', whole - alone, 1, 's', how);
} finally {
  await project.close();
}
