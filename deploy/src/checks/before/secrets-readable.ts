import { ConductorError } from '../../errors.ts';
import { type Check, failure, good, warning } from '../check.ts';

export const secretsReadable: Check = {
  id: 'secrets-readable',
  title: 'Secrets can be read',
  section: 'Security',
  about:
    "The environment's secrets file, where there is one, is intact and this machine's key opens it, and each secret that is kept elsewhere (`secret.from`) can be had there. Otherwise a failure; a warning where others on this machine can read a file with one.",
  applies: () => true,
  async run({ environment, secrets, elsewhere = [], elsewhereNotes = [] }) {
    try {
      const count = Object.keys(await secrets()).length;
      const problems = elsewhere.flatMap(({ problem }) => problem ?? []);
      if (problems.length > 0)
        return failure(
          problems.map(({ message }) => message).join('\n'),
          [...new Set(problems.flatMap(({ hint }) => hint ?? []))].join('\n'),
        );
      if (elsewhereNotes.length > 0)
        return warning(elsewhereNotes.join('\n'), 'Files with secrets are for their owner alone.');
      return good(`${count} secret(s) of ${environment}`);
    } catch (error) {
      if (!(error instanceof ConductorError)) throw error;
      return failure(error.message, error.hint ?? `conductor secrets list ${environment}`);
    }
  },
};
