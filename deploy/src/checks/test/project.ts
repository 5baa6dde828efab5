import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ChecksPolicyInput, checksPolicySchema } from '../../config/checks.ts';
import type { Service } from '../../model/service.ts';
import type { Traits } from '../../model/traits.ts';
import { createRedactor } from '../../secrets/index.ts';
import type { CheckContext } from '../context.ts';
import { findGit } from '../git.ts';
import { commandRunner } from '../run-command.ts';

/** A project in a temporary git repository, with one commit. */
export interface TestProject extends AsyncDisposable {
  readonly root: string;
  readonly git: (...args: string[]) => string;
  /** Writes files, by their paths in the project. */
  readonly write: (files: Readonly<Record<string, string | Buffer>>) => Promise<void>;
  /** Writes files and commits everything; gives the commit. */
  readonly commit: (files: Readonly<Record<string, string | Buffer>>) => Promise<string>;
  /** Its context, with a policy and other parts of the test's own. */
  readonly context: (
    parts?: Partial<Omit<CheckContext, 'policy'>>,
    policy?: ChecksPolicyInput,
  ) => Promise<CheckContext>;
}

const traits: Traits = {
  overlap: true,
  drain: true,
  warm: true,
  replicas: true,
  releaseTask: true,
  commits: true,
  images: false,
  stores: ['mongodb'],
  storesCan: { mongodb: ['transactions'] },
  domains: false,
};

export const api: Service = {
  name: 'api',
  root: '.',
  start: ['node', 'api.js'],
  paths: ['/'],
  health: { path: '/health', deadline: 30 },
  replicas: 1,
  drain: 5,
  singleton: false,
  variables: {},
};

export async function testProject(): Promise<TestProject> {
  const root = await mkdtemp(path.join(tmpdir(), 'checks-'));
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  git('init', '--quiet', '--initial-branch=main');
  git('config', 'user.name', 'Ana');
  git('config', 'user.email', 'ana@example.com');

  const write: TestProject['write'] = async (files) => {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(root, name)), { recursive: true });
      await writeFile(path.join(root, name), content);
    }
  };
  const commit: TestProject['commit'] = async (files) => {
    await write(files);
    git('add', '--all', '--force');
    git('commit', '--quiet', '--message', 'Change');
    return git('rev-parse', 'HEAD');
  };
  await commit({ 'README.md': '# Project\n' });

  return {
    root,
    git,
    write,
    commit,
    context: async (parts = {}, policy = {}) => ({
      root,
      environment: 'production',
      policy: checksPolicySchema.parse(policy),
      commands: {},
      branch: null,
      base: null,
      git: await findGit(root),
      redactor: createRedactor({}),
      run: commandRunner(root, createRedactor({})),
      services: [api],
      stores: [],
      storesThere: [],
      task: null,
      settings: [],
      secrets: async () => ({}),
      missing: [],
      address: () => null,
      hosts: [],
      domains: null,
      target: { name: 'production on test', traits, check: async () => [], async *logs() {} },
      firstLive: null,
      backups: null,
      notified: [],
      cutover: null,
      now: () => new Date('2026-11-23T12:00:00Z'),
      ...parts,
    }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  };
}
