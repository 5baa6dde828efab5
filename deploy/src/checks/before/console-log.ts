import { readFile } from 'node:fs/promises';
import path, { matchesGlob } from 'node:path';
import { type Check, failure, good, listed } from '../check.ts';
import { shippedFiles } from '../git.ts';

const call = /\bconsole\s*\.\s*(log|debug|info|dir|table)\s*\(/;
const isTest = /\.(test|spec|stories)\.[cm]?[jt]sx?$/;

export const consoleLog: Check = {
  id: 'console-log',
  title: 'Nothing is logged to the console in the client',
  section: 'Code',
  about:
    'The files of `client`, except tests, call none of console.log, debug, info, dir, table; console.warn and error are allowed. A call is a failure.',
  applies: ({ policy, git }) => {
    if (!policy.client) return 'the config has no checks.client';
    return git ? true : 'the project is not under git';
  },
  async run({ root, git, policy }) {
    const found: string[] = [];
    for (const file of await shippedFiles(git!)) {
      if (isTest.test(file) || !policy.client!.some((glob) => matchesGlob(file, glob))) continue;
      const lines = (await readFile(path.join(root, file), 'utf8')).split('\n');
      lines.forEach((line, index) => {
        const code = line.replace(/^\s*(\/\/|\*|\/\*).*/, '').replace(/\s\/\/.*/, '');
        if (call.test(code)) found.push(`${file}:${index + 1}`);
      });
    }
    if (found.length === 0) return good();
    return failure(listed(found), 'Remove the calls, or report errors to the error tracker.');
  },
};
