import { commandCheck } from '../command-check.ts';

export const tests = commandCheck('test', {
  id: 'tests',
  title: 'Tests pass',
  about: "Runs the project's own `commands.test`. Its output is shown when it fails.",
  deadline: 1800,
});
