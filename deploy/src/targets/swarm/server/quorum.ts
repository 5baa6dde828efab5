/** What of the managers of a swarm may be lost before nobody takes orders any more, in words. */
export function quorumOf(managers: number, reachable: number): string {
  if (reachable <= managers / 2)
    return `${reachable} of ${managers} managers answer, which is not more than half: nothing can be changed until others are back`;
  if (managers === 1)
    return '1 manager: while it is away nothing can be changed; what runs on other servers goes on';
  const needed = Math.floor(managers / 2) + 1;
  const spare = reachable - needed;
  const whole =
    reachable === managers ? `${managers} managers` : `${managers} managers, of which ${reachable} answer`;
  if (spare > 0)
    return `${whole}: ${inWords(spare)} may be lost${managers % 2 === 0 ? `, no more than of ${managers - 1}` : ''}`;
  return managers === 2
    ? `${whole}: none may be lost; add a third or remove one`
    : `${whole}: none may be lost until another answers`;
}

const inWords = (count: number): string => ['none', 'one', 'two', 'three'][count] ?? String(count);

/** Whether the rest still takes orders when one manager is taken out. */
export function staysAble(
  managers: number,
  reachable: number,
  removed: { readonly answers: boolean },
): boolean {
  const left = managers - 1;
  return left > 0 && reachable - (removed.answers ? 1 : 0) > left / 2;
}
