import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What each fake writes down: how it was called, and which variables it was given. */
const trace = (folder: string) => `
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs');
const tool = process.argv[1].split('/').at(-1);
const args = process.argv.slice(2);
appendFileSync(${JSON.stringify(join(folder, 'calls'))}, [tool, ...args].join(' ') + '\\n');
const told = ${JSON.stringify(join(folder, 'environment'))};
const before = existsSync(told) ? JSON.parse(readFileSync(told, 'utf8')) : {};
writeFileSync(told, JSON.stringify({ ...before, [tool]: Object.keys(process.env) }));
const refuse = (text, code = 1) => { process.stderr.write(text + '\\n'); process.exit(code); };
`;

const op = (folder: string) => `
const reference = args.at(-1);
const [, , vault, item, field] = reference.split('/');
if (item === 'locked') refuse('[ERROR] 2026/11/27 03:00:00 you are not currently signed in. Please run \\\`op signin --help\\\` for instructions');
if (item === 'nothing') refuse('[ERROR] 2026/11/27 03:00:00 could not read secret: "nothing" isn\\'t an item in the vault "team"');
if (item === 'slow') { writeFileSync(${JSON.stringify(join(folder, 'pid'))}, String(process.pid)); setInterval(() => {}, 1000); }
else if (item === 'blank') process.stdout.write(' ');
else process.stdout.write(existsSync(${JSON.stringify(join(folder, 'rotated'))}) ? readFileSync(${JSON.stringify(join(folder, 'rotated'))}, 'utf8') : 'pass of ' + item);
`;

const aws = `
const id = args.find((each) => each.startsWith('--secret-id=')).slice('--secret-id='.length);
if (id === 'locked') refuse('\\nAn error occurred (AccessDeniedException) when calling the GetSecretValue operation: User: arn:aws:iam::123456789012:user/ben is not authorized', 254);
if (id === 'nothing') refuse("\\nAn error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: Secrets Manager can't find the specified secret.", 254);
const value = id === 'plain' ? 'just text' : JSON.stringify({ user: 'smtp-user-9', password: 's3cr3t', port: 587 });
process.stdout.write(JSON.stringify(value) + '\\n');
`;

const programs = (folder: string): Record<string, string> => ({
  op: op(folder),
  aws,
  'say-it': `console.log('it is ' + args.join(' | '));`,
  fail: `refuse('the value of it', 7);`,
  shout: `process.stdout.write('x'.repeat(200_000));`,
});

/**
 * Programs that stand in for those of vaults, in `bin` of a folder. Returns an environment in which nothing else is found. What `rotated`
 * in the folder holds is what op says from then on.
 */
export async function fakeTools(folder: string): Promise<Record<string, string>> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  for (const [name, body] of Object.entries(programs(folder)))
    await writeFile(join(bin, name), `#!${process.execPath}\n${trace(folder)}${body}`, { mode: 0o755 });
  return { PATH: bin, HOME: folder, SMTP_PASSWORD: 'from the environment' };
}
