/** A pattern found in a text: `[start, end)`, and which one. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

interface Node {
  readonly next: Map<string, Node>;
  /** Length of the text that leads here. */
  readonly depth: number;
  /** Node of the longest other pattern's beginning that the text here ends with. */
  fail: Node | null;
  /** Longest pattern that ends here. */
  found: { readonly length: number; readonly label: string } | null;
}

/** Place in a stream of text: give it back to {@link Patterns.scan} to go on there. */
export type Place = Node;

const node = (depth: number): Node => ({ next: new Map(), depth, fail: null, found: null });

/**
 * Finds many patterns at once in one pass (Aho & Corasick 1975), and knows after each character how much of the text's end
 * may be the beginning of a pattern: that is what a stream has to hold back, and no more.
 */
export class Patterns {
  readonly #root = node(0);

  constructor(labels: ReadonlyMap<string, string>) {
    for (const [pattern, label] of labels) this.#add(pattern, label);
    this.#link();
  }

  get start(): Place {
    return this.#root;
  }

  /** Matches in `text`, whose first character is at `offset` of the stream; `pending` more may begin in its end. */
  scan(place: Place, text: string, offset = 0): { place: Place; matches: Match[]; pending: number } {
    const matches: Match[] = [];
    let current = place;
    for (let index = 0; index < text.length; index++) {
      const character = text[index]!;
      let following = current.next.get(character);
      while (!following && current.fail) {
        current = current.fail;
        following = current.next.get(character);
      }
      current = following ?? this.#root;
      if (current.found) {
        const end = offset + index + 1;
        matches.push({ start: end - current.found.length, end, label: current.found.label });
      }
    }
    return { place: current, matches, pending: current.depth };
  }

  #add(pattern: string, label: string): void {
    let current = this.#root;
    for (const character of pattern) {
      let next = current.next.get(character);
      if (!next) {
        next = node(current.depth + 1);
        current.next.set(character, next);
      }
      current = next;
    }
    current.found ??= { length: pattern.length, label };
  }

  /** Breadth first, so that the fail node of every shallower node is known. */
  #link(): void {
    const queue: Node[] = [this.#root];
    for (const current of queue) {
      for (const [character, child] of current.next) {
        let fail = current.fail;
        while (fail && !fail.next.has(character)) fail = fail.fail;
        child.fail = fail?.next.get(character) ?? this.#root;
        child.found ??= child.fail.found;
        queue.push(child);
      }
    }
  }
}
