/**
 * Breaks one line after the other in a copy of the tree, and runs the tests that lie nearest: `npm run mutants`, or
 * `npm run mutants -- ID…` for some. Ends with 1 when one survives, when its text is not there any more, or when its tests fail without it.
 */
import { availableParallelism } from 'node:os';
import { mutants } from './list.ts';
import type { Mutant } from './mutant.ts';
import { Tree } from './tree.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((id) => !mutants.some((mutant) => mutant.id === id));
if (unknown.length > 0) {
  console.error(
    `There is no mutant ${unknown.join(', ')}. There are: ${mutants.map(({ id }) => id).join(', ')}`,
  );
  process.exit(2);
}
const chosen = mutants.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
const began = performance.now();
const trees = Array.from({ length: Math.min(2, availableParallelism(), chosen.length) }, () => new Tree());
const alive: string[] = [];
try {
  await expectGoodTests(trees[0]!);
  const waiting = [...chosen];
  await Promise.all(trees.map((tree) => takeTurns(tree, waiting)));
} finally {
  for (const tree of trees) tree.remove();
}
const seconds = Math.round((performance.now() - began) / 1_000);
console.log(
  `${chosen.length} mutants, ${chosen.length - alive.length} killed, ${alive.length} not, ${seconds} s`,
);
if (alive.length > 0) {
  console.log(`Not killed: ${alive.join(' ')}`);
  process.exitCode = 1;
}

/** Without a mutant every test passes, and each file has some: else a failure would say nothing. */
async function expectGoodTests(tree: Tree): Promise<void> {
  const files = [...new Set(chosen.flatMap(({ tests }) => tests))];
  const results = await tree.test(files, 0);
  const failed = results.filter(({ passed }) => !passed).map(({ file, name }) => `${file}: ${name}`);
  const empty = files.filter((file) => !results.some((result) => result.file === file && result.passed));
  if (failed.length + empty.length === 0) return;
  throw new Error(
    `Without any mutant these fail, or have no test that ran:\n${[...failed, ...empty].join('\n')}`,
  );
}

async function takeTurns(tree: Tree, waiting: Mutant[]): Promise<void> {
  for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
    const { id, tests, breaks } = mutant;
    try {
      const killer = (await tree.with(mutant, () => tree.test(tests, 1))).find(({ passed }) => !passed);
      if (killer) {
        console.log(`${id} → killed by ${killer.name}`);
        continue;
      }
      console.log(`${id} → SURVIVED: ${breaks}`);
    } catch (error) {
      console.log(`${id} → not tried: ${error instanceof Error ? error.message : String(error)}`);
    }
    alive.push(id);
  }
}
