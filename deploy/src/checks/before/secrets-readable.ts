import { ConductorError } from '../../errors.ts';
import { type Check, failure, good } from '../check.ts';

export const secretsReadable: Check = {
  id: 'secrets-readable',
  title: 'Secrets can be decrypted',
  section: 'Security',
  about:
    "The environment's secrets file, where there is one, is intact and this machine's key opens it. Otherwise a failure.",
  applies: () => true,
  async run({ environment, secrets }) {
    try {
      return good(`${Object.keys(await secrets()).length} secret(s) of ${environment}`);
    } catch (error) {
      if (!(error instanceof ConductorError)) throw error;
      return failure(error.message, error.hint ?? `conductor secrets list ${environment}`);
    }
  },
};
