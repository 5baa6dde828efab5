import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { cleanEnvironment } from '../../model/clean-environment.ts';
import type { Release } from '../../model/release.ts';
import type { Service } from '../../model/service.ts';
import { exportSource } from '../source.ts';
import { dropIgnored } from './docker-ignore.ts';
import { follow } from './follow.ts';
import { label, labelsOf } from './names.ts';
import { type Site, streamed } from './site.ts';

/** An image could not be built. */
export class BuildFailed extends Error {
  readonly lines: readonly string[];
  constructor(message: string, lines: readonly string[]) {
    super(message);
    this.lines = lines;
  }
}

/** Lines of a build that are kept to be shown should it fail. */
const keptLines = 30;

/**
 * Builds on the server, from exactly the source of the release; layers of earlier builds are used again.
 * @throws {BuildFailed}
 */
export async function buildImage(
  site: Site,
  release: Release,
  service: Service,
  tag: string,
  say: (service: string, detail: string) => void,
): Promise<void> {
  say(service.name, `builds ${service.dockerfile}`);
  const folder = await mkdtemp(join(tmpdir(), 'conductor-build-'));
  try {
    await exportSource(site.context.root, release.dirty ? null : release.commit, folder);
    const context = join(folder, service.root);
    await dropIgnored(context, service.dockerfile!);
    const query = new URLSearchParams({
      t: tag,
      dockerfile: service.dockerfile!,
      buildargs: JSON.stringify({ VERSION: release.version, COMMIT: release.commit ?? 'unknown' }),
      labels: JSON.stringify(labelsOf(site.context, 'service', { [label.release]: release.version })),
      forcerm: '1',
    });
    const source = tar(context);
    const stream = await streamed(site, {
      method: 'POST',
      path: `/build?${query}`,
      headers: { 'content-type': 'application/x-tar' },
      body: source,
    });
    const lines: string[] = [];
    const failure = await follow(stream, (text) => {
      lines.push(site.seen.redact(text));
      if (lines.length > keptLines) lines.shift();
      if (/^Step \d+\/\d+ : /.test(text)) say(service.name, text.slice(0, 120));
    });
    if (failure !== null)
      throw new BuildFailed(`${service.dockerfile} could not be built: ${site.seen.redact(failure)}`, lines);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder as the engine takes one. */
function tar(folder: string): Readable {
  const env = { ...cleanEnvironment(), COPYFILE_DISABLE: '1' };
  const child = spawn('tar', ['-cf', '-', '-C', folder, '.'], { stdio: ['ignore', 'pipe', 'ignore'], env });
  child.once('error', (error) => child.stdout.destroy(error));
  child.once('close', (code) => {
    if (code !== 0 && code !== null) child.stdout.destroy(new Error(`tar ended with ${code}`));
  });
  return child.stdout;
}
