/** Follows the guide of the platform that is named, against its twin, and prints what came of it. A process, since vitest loads no config of TypeScript. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { names, places } from './command-project.ts';
import { had, Reader, steps } from './reader.ts';
import { RenderTwin } from './render-twin.ts';

/** One line of the guide, and what came of it. */
export interface Step {
  readonly line: string;
  readonly code: number;
  readonly said: string;
}

/** What the test reads. */
export interface Followed {
  readonly steps: readonly Step[];
  readonly serving: readonly (string | null)[];
  readonly violations: readonly string[];
  /** Names of secrets whose value was written by a command. */
  readonly told: readonly string[];
}

const nextChange = [
  "sed -i \"s/LOG_LEVEL: 'info'/LOG_LEVEL: 'warn'/\" conductor.config.ts",
  'git commit -qam "Log less" && git push -q',
  './conductor deploy production',
];

const name = process.argv[2]!;
const place = places[name]!;
const guide = path.resolve(import.meta.dirname, `../../../docs/guides/${name.toLowerCase()}.md`);
const platform = await place.open();
// An empty account: nobody has invited its owner anywhere.
if (platform.twin instanceof RenderTwin) platform.twin.owners.splice(0, 1);
const reader = await Reader.begin(place, platform);
try {
  const done: Step[] = [];
  const lines = steps(await readFile(guide, 'utf8'));
  // The next day's change, before there is a domain: nothing else may stand in its way, and there is something to go back to.
  lines.splice(lines.findIndex((line) => line.includes(' domains ')) + 1, 0, ...nextChange);
  for (const line of lines) {
    // Without DNS there is nothing to wait for.
    const code = await reader.follow(line.replace(' --watch', ''));
    done.push({ line, code, said: reader.said });
    reader.said = '';
    // Records that nobody has published are what `domains` ends with 3 for.
    if (code !== 0 && !line.includes(' domains ')) break;
  }
  const { twin } = platform;
  const followed: Followed = {
    steps: done,
    serving: done.at(-1)?.code === 0 ? names.map((each) => twin.serving(each) ?? null) : [],
    violations: twin.violations,
    told: Object.entries(had).flatMap(([key, value]) =>
      value && done.some(({ said }) => said.includes(value)) ? [key] : [],
    ),
  };
  console.log(JSON.stringify(followed));
} finally {
  await reader.close();
  await platform.close();
}
