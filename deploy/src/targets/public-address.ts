/**
 * Where a service is reached by everybody: the first of its own hosts that the place serves already, else the place's own address of it. A
 * host that nobody has published in DNS yet, or that has no certificate, answers nobody; `conductor domains` says what is missing.
 */
export const publicAddress = (
  hosts: readonly string[] | undefined,
  isServed: (host: string) => boolean,
  own: string | null | undefined,
): string | undefined => {
  const served = hosts?.find(isServed);
  return served === undefined ? (own ?? undefined) : `https://${served}`;
};
