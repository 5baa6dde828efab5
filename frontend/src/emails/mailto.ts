/** What is written to whom. */
export interface Letter {
  to: string;
  subject: string;
  body: string;
}

/** The address that opens a letter in the person's own mail program (RFC 6068: lines end with CRLF). */
export function mailto({ to, subject, body }: Letter): string {
  const text = encodeURIComponent(body.replaceAll(/\r?\n/g, '\r\n'));
  return `mailto:${encodeURIComponent(to.trim())}?subject=${encodeURIComponent(subject)}&body=${text}`;
}
