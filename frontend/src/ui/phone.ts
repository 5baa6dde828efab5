/** A phone number as people write it: `+5511912345678` → `(11) 91234-5678`; other countries keep their E.164 form. */
export function phoneText(e164: string): string {
  const match = /^\+55(\d{2})(\d{4,5})(\d{4})$/.exec(e164);
  return match ? `(${match[1]}) ${match[2]}-${match[3]}` : e164;
}

/** WhatsApp's own address for writing to a number, with the text already there. */
export function whatsappAddress(e164: string, text = ''): string {
  const address = `https://wa.me/${e164.replace(/\D/g, '')}`;
  return text ? `${address}?text=${encodeURIComponent(text)}` : address;
}
