import { shortestRedacted } from '../../secrets/index.ts';
import { type Check, failure, good } from '../check.ts';
import type { SettingFact } from '../context.ts';
import { entropyBits, isPlaceholder } from '../plausible.ts';

const shortestKey = 32;
const leastEntropy = 128;

export const plausibleSettings: Check = {
  id: 'plausible-settings',
  title: 'Settings are plausible',
  section: 'Security',
  about: `Values of \`…_URL\` are URLs, of \`…_PORT\` ports; no value is a placeholder; a secret has at least ${shortestRedacted} characters (a shorter one could not be kept out of logs); \`strongKeys\` have at least ${shortestKey} characters and ${leastEntropy} bits of entropy. Anything else is a failure.`,
  applies: () => true,
  async run({ environment, settings, policy: { strongKeys } }) {
    const problems = new Set(
      settings.flatMap((fact) => {
        const problem = implausible(fact, strongKeys);
        return problem ? [`${fact.name} ${problem}`] : [];
      }),
    );
    if (problems.size === 0) return good();
    return failure(
      [...problems].join('\n'),
      `Correct the value; for a key \`conductor secrets rotate ${environment} NAME\` makes a strong one.`,
    );
  },
};

function implausible({ name, value, secret }: SettingFact, strongKeys: readonly string[]): string | null {
  if (value === null || value.trim() === '') return null;
  if (isPlaceholder(value)) return 'is still a placeholder';
  if (/_(URL|URI|DSN)$/.test(name) && !URL.canParse(value)) return 'is not a URL';
  if (
    /(^|_)PORT$/.test(name) &&
    !(Number.isInteger(Number(value)) && Number(value) >= 0 && Number(value) < 65_536)
  ) {
    return 'is not a port';
  }
  if (strongKeys.includes(name)) {
    if (value.length < shortestKey) return `is shorter than ${shortestKey} characters`;
    if (entropyBits(value) < leastEntropy) return `has less than ${leastEntropy} bits of entropy`;
  }
  return secret && value.trim().length < shortestRedacted
    ? `is a secret of fewer than ${shortestRedacted} characters`
    : null;
}
