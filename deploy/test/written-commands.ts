/**
 * The command lines in a text: whatever follows `conductor ` in small letters, up to where its words end (a quote, a bracket, a comma, a
 * comment, or the end of the sentence or the line). In prose the product is Conductor, so what is written small is to be typed.
 */
export function commandsIn(text: string): string[] {
  const word = /(?:"[^"\n]*"|\$\{[^}\n]*\}|[^\s"'`\\(),;|#<>])+/.source;
  const line = new RegExp(`(?<![\\w.@/-]|<!-- )(?:\\./)?conductor ((?:--?)?[a-z]${word}(?: ${word})*)`, 'g');
  // A sentence ends with a point and a blank, but not within what is filled in or quoted.
  const sentence = /^(?:\$\{[^}]*\}|"[^"]*"|[.:?!](?!\s|$)|[^.:?!])*/;
  return [...text.matchAll(line)].map(([, words]) => words!.match(sentence)![0].trim());
}
