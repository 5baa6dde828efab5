import classes from './initials.module.css';

/** Somebody as the first letters of the first and last name. */
export function Initials({ name, size = 22 }: { name: string | null; size?: number }) {
  return (
    <span
      aria-hidden
      className={classes.initials}
      data-nobody={name === null || undefined}
      style={{ width: size, height: size, fontSize: size * 0.38 }}
    >
      {name && initialsOf(name)}
    </span>
  );
}

/** "Ana Beatriz Souza" → "AS"; a single name gives one letter. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return letters.map((word) => [...word][0]?.toUpperCase() ?? '').join('');
}
