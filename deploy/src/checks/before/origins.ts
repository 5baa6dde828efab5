import { type Check, failure, good, warning } from '../check.ts';

export const origins: Check = {
  id: 'origins',
  title: "Allowed origins and hosts are the environment's own",
  section: 'Security',
  about:
    'No setting of `origins` lets everybody in with `*`, and each host that it lists is one of the public hosts. `*` is a failure, a foreign host too, unless it is this machine.',
  applies: ({ settings, policy }) =>
    settings.some(({ name }) => policy.origins.includes(name))
      ? true
      : `no service has ${policy.origins.join(', ')}`,
  async run({ settings, policy, hosts }) {
    const problems: string[] = [];
    for (const { name, value } of settings) {
      if (!policy.origins.includes(name) || !value) continue;
      for (const entry of value.split(/[\s,]+/).filter(Boolean)) {
        if (entry.includes('*')) problems.push(`${name} lets everybody in: ${entry}`);
        else if (hosts.length > 0 && !isOwn(entry, hosts))
          problems.push(`${name} lets in ${entry}, which is not ours`);
      }
    }
    if (problems.length > 0) {
      return failure(
        [...new Set(problems)].join('\n'),
        `List the public hosts only: ${hosts.join(', ') || 'https://your.domain'}`,
      );
    }
    if (hosts.length === 0)
      return warning(
        'The public hosts are not known yet, so the list was not compared with them.',
        "Give the environment's domains in the config, or deploy once.",
      );
    return good(hosts.join(', '));
  },
};

/** `https://app.example.com`, `app.example.com` and `app.example.com:443` are all one host. */
function isOwn(entry: string, hosts: readonly string[]): boolean {
  const { hostname } = new URL(entry.includes('://') ? entry : `http://${entry}`);
  const own = hosts.map((host) => new URL(`http://${host}`).hostname);
  return (
    own.includes(hostname) ||
    (['localhost', '127.0.0.1', '[::1]'].includes(hostname) && own.includes('localhost'))
  );
}
