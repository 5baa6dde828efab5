/**
 * GitHub's actions by digest, with the version that it is of: a tag can be moved to other code, which would then run with the secrets of the
 * workflow.
 */
const versions: Readonly<Record<string, string>> = {
  'actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8': 'v5.0.0',
  'actions/setup-node@a0853c24544627f65ddf259abe73b1d18a591444': 'v5.0.0',
  '1password/install-cli-action@1a3160d5e9de1ae0803eaa08a88746f5ae3daa50': 'v4.1.0',
};

export const [checkout = '', setupNode = '', installOnePassword = ''] = Object.keys(versions);

/** A workflow with the version behind each digest, for people and for bots that bring new ones. */
export const withVersions = (workflow: string): string =>
  workflow.replace(/^(\s*-? ?uses: )(\S+)$/gm, (line, _, action) =>
    action in versions ? `${line} # ${versions[action]}` : line,
  );
