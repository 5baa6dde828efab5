import type { MessageKey } from '../i18n/catalog.ts';

/** A key or keys pressed one after another (`g l`), with `mod+` for ⌘ or Ctrl; `label` is what it does. */
export interface Shortcut {
  keys: string;
  label: MessageKey;
  run(): void;
  /** Whether it does anything now; where it doesn't, the key stays the browser's. Always unless given. */
  when?(): boolean;
}

/** As much of a key press as decides. */
export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

const patience = 1200;

/** The shortcuts of what is on the screen now; of two with the same keys, the later one is meant. */
export class Registry {
  readonly #active: Shortcut[] = [];
  #begun: { keys: string; at: number } | undefined;

  /** Adds shortcuts until the returned function is called. */
  add(shortcuts: Shortcut[]): () => void {
    this.#active.push(...shortcuts);
    return () => {
      for (const one of shortcuts) this.#active.splice(this.#active.indexOf(one), 1);
    };
  }

  list(): readonly Shortcut[] {
    const byKeys = new Map(this.#active.map((one) => [one.keys, one]));
    return [...byKeys.values()];
  }

  /** The shortcut that a key press completes, if any. `plain` keys (without ⌘ or Ctrl) can be switched off. */
  press(press: KeyPress, plain: boolean, now = Date.now()): Shortcut | undefined {
    const name = nameOf(press);
    if (!name || (!plain && !name.startsWith('mod+'))) {
      this.#begun = undefined;
      return undefined;
    }
    const begun = this.#begun && now - this.#begun.at < patience ? `${this.#begun.keys} ` : '';
    const keys = begun + name;
    const found = this.#find(keys) ?? this.#find(name);
    const begins = this.#active.some((one) => one.keys.startsWith(`${name} `));
    this.#begun = !found && begins ? { keys: name, at: now } : undefined;
    return found;
  }

  #find(keys: string): Shortcut | undefined {
    return this.#active.findLast((one) => one.keys === keys);
  }
}

/** `mod+k`, `mod+shift+k`, `shift+ArrowLeft`, `g`, `?`; undefined for combinations that belong to the browser. */
function nameOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyPress): string | undefined {
  if (altKey || key === 'Shift' || key === 'Control' || key === 'Meta') return undefined;
  const bare = key.length === 1 ? key.toLowerCase() : key;
  if (ctrlKey || metaKey) return `mod+${shiftKey ? 'shift+' : ''}${bare}`;
  return shiftKey && key.length > 1 ? `shift+${bare}` : bare;
}
