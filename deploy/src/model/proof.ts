/**
 * How it was seen that a public service answers from a release: by the `X-Release` of its own answers (or of the place that answers for
 * it), or, where it says no version, by what the place says of its deployments together with good answers at the public address.
 */
export type Proof =
  | { readonly service: string; readonly by: 'x-release' }
  | {
      readonly service: string;
      readonly by: 'deployment';
      /** Whose word it is: `Railway`. */
      readonly place: string;
      /** The place's id of what serves; null where it has none for a single service. */
      readonly deployment: string | null;
    };

const words = (proof: Proof): string => {
  if (proof.by === 'x-release') return 'seen in the header X-Release';
  const { place, deployment } = proof;
  return deployment === null
    ? `confirmed by ${place}, and by its health check`
    : `confirmed by ${place} for deployment ${deployment}, and by its health check`;
};

/** What a release was proven by, for people; undefined where it has no public service. */
export function describeProofs(proofs: readonly Proof[]): string | undefined {
  if (proofs.length === 0) return undefined;
  const same = new Set(proofs.map(words));
  if (same.size === 1) return [...same][0];
  return proofs.map((proof) => `${proof.service} ${words(proof)}`).join('; ');
}
