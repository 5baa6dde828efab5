import { type Check, cannotTell, failure, good } from '../check.ts';
import { askPublic } from '../public-answer.ts';

export const securityHeaders: Check = {
  id: 'security-headers',
  title: 'The running release answers with the security headers',
  section: 'Security',
  about:
    'The paths of `headers` are asked through the public address: Content-Security-Policy, X-Content-Type-Options: nosniff, Referrer-Policy, protection from framing, over HTTPS at its usual port also Strict-Transport-Security. A missing one is a failure; while nothing is running a warning.',
  applies: ({ policy }) => (policy.headers.length > 0 ? true : 'the config has no checks.headers'),
  async run({ address, pass, policy, environment }, signal) {
    const problems: string[] = [];
    for (const path of policy.headers) {
      const url = address(path);
      if (!url)
        return cannotTell(
          'no release is known to be running',
          `Deploy once, then: conductor check ${environment}`,
        );
      const { headers } = await askPublic(url, signal, pass);
      problems.push(...missingHeaders(headers, new URL(url)).map((header) => `${path}: ${header}`));
    }
    if (problems.length === 0) return good(policy.headers.join(', '));
    return failure(
      `Missing:\n${problems.join('\n')}`,
      'Send them with every answer (in the server, or in the proxy before it).',
    );
  },
};

function missingHeaders(headers: Headers, { protocol, port }: URL): string[] {
  const policy = headers.get('content-security-policy') ?? '';
  const wanted: [string, boolean][] = [
    ['Content-Security-Policy', policy !== ''],
    ['X-Content-Type-Options: nosniff', headers.get('x-content-type-options')?.toLowerCase() === 'nosniff'],
    ['Referrer-Policy', headers.has('referrer-policy')],
    [
      'X-Frame-Options or frame-ancestors',
      headers.has('x-frame-options') || policy.includes('frame-ancestors'),
    ],
    // Elsewhere it would lead browsers past the port where HTTPS is (RFC 6797 §8.3).
    [
      'Strict-Transport-Security',
      protocol !== 'https:' || port !== '' || headers.has('strict-transport-security'),
    ],
  ];
  return wanted.filter(([, there]) => !there).map(([header]) => header);
}
