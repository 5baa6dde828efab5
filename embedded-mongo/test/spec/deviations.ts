const hintIsSent =
  'written for servers before 4.4: this server takes the hint, so the driver rightly sends it instead of failing';

/** Tests of the specification that do not hold here, by the start of 'file: test', each with its reason. */
const deviations: [string, string][] = [['unacknowledged-', hintIsSent]];

/** Why a test is known to deviate, or undefined. */
export const deviation = (title: string): string | undefined =>
  deviations.find(([start]) => title.startsWith(start))?.[1];
