/** Edits (insert, delete, replace, swap of neighbours) between two words; optimal string alignment distance. */
function edits(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** The known word that was most likely meant, if one is near enough to be worth suggesting. */
export function closest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = edits(word.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  // A word that was cut short ("mongo") is many edits away, and yet clear when only one begins like it.
  const longer = [...known].filter((candidate) => word.length >= 3 && candidate.startsWith(word));
  return best ?? (longer.length === 1 ? longer[0] : undefined);
}

/** The way out of a wrong name: the near one if there is one, else everything there is. */
export function wayOut(word: string, known: readonly string[]): string {
  const near = closest(word, known);
  if (near !== undefined) return `did you mean "${near}"?`;
  return known.length > 0 ? `known: ${known.join(', ')}` : 'there are none';
}
