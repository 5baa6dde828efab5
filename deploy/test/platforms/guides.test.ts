import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { names, places } from './command-project.ts';
import type { Followed } from './follow-guide.ts';

const exec = promisify(execFile);
const program = path.join(import.meta.dirname, 'follow-guide.ts');

describe('The guide', () => {
  // Half a minute each, so the short run goes through one of them: the recommended platform's.
  const chosen = Object.keys(places).filter(
    (name) => name === 'Railway' || process.env.CONDUCTOR_STORIES === 'full',
  );
  it.each(chosen)('of %s leads from an empty account to the CRM', { timeout: 240_000 }, async (name) => {
    const { stdout } = await exec(process.execPath, [program, name], { maxBuffer: 1e8 });
    const { steps, serving, violations, told } = JSON.parse(stdout) as Followed;
    const failed = steps.filter(({ line, code }) => code !== (line.includes(' domains ') ? 3 : 0));
    expect(failed).toEqual([]);
    const said = (command: string) =>
      steps.filter(({ line }) => line.startsWith(`./conductor ${command}`)).map((step) => step.said);
    expect(said('check')).toEqual([expect.stringMatching(/ asked, 0 in the way/)]);
    const [first, second] = said('deploy').map((text) => /(v\S+) is live on production/.exec(text)?.[1]);
    expect(second).toMatch(/^v\d/);
    expect(second).not.toBe(first);
    // Taken back by the guide's own `rollback`.
    expect(serving).toEqual(names.map(() => first));
    for (const host of ['crm.example.com', 'api.crm.example.com']) {
      expect(said('deploy')[0]).toMatch(new RegExp(`Not served yet: .*${host}`));
      expect(said('domains')[0]).toMatch(new RegExp(`(CNAME|ALIAS) +${host} `));
    }
    expect(told).toEqual([]);
    expect(violations).toEqual([]);
  });
});
