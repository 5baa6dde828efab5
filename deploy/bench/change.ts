/**
 * How long a deploy of one changed line takes, from the start of the command to its verdict: commit, build, start, cutover, and the
 * moment in which the release is seen to stay up. `npm run bench -w deploy`
 */
import { BenchProject } from './project.ts';
import { median, promise } from './promise.ts';

const runs = 3;

const build = `import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
mkdirSync('dist', { recursive: true });
cpSync('assets', 'dist', { recursive: true });
writeFileSync('dist/greeting.js', readFileSync('greeting.js', 'utf8'));
`;
// As many files as a small web client has.
const assets = Object.fromEntries(
  Array.from({ length: 300 }, (_, index) => [`assets/${index}.txt`, `${index} `.repeat(2_000)]),
);

const project = await BenchProject.open("build: 'node build.js'", {
  ...assets,
  'build.js': build,
  'greeting.js': 'export default 0;\n',
});
try {
  await project.conductor('deploy');
  const seconds: number[] = [];
  for (let run = 1; run <= runs; run++) {
    project.write({ 'greeting.js': `export default ${run};\n` });
    project.commit();
    seconds.push((await project.conductor('deploy')).seconds);
  }
  promise('deploy of one changed line', median(seconds), 4, 's', `with a build, median of ${runs}`);
} finally {
  await project.close();
}
