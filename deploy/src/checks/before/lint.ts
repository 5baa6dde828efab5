import { commandCheck } from '../command-check.ts';

export const lint = commandCheck('lint', {
  id: 'lint',
  title: 'Lint is clean',
  about: "Runs the project's own `commands.lint` (format, lint, types). Its output is shown when it fails.",
  deadline: 600,
});
