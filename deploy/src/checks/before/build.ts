import { commandCheck } from '../command-check.ts';

export const build = commandCheck('build', {
  id: 'build',
  title: 'Everything builds',
  about: "Runs the project's own `commands.build` (images, bundles). Its output is shown when it fails.",
  deadline: 1800,
});
