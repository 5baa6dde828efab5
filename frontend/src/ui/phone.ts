/** How Brazilians write the kinds of numbers they have. */
const brazilian: readonly [form: RegExp, written: string][] = [
  [/^\+55([3589]00)(\d{3})(\d{3,4})$/, '0$1 $2 $3'],
  [/^\+55(\d{4})(\d{4})$/, '$1-$2'],
  [/^\+55(\d{2})(\d{4,5})(\d{4})$/, '($1) $2-$3'],
];

/**
 * A phone number as people write it: `+5511912345678` → `(11) 91234-5678`, an extension as it is dialled (`;ext=12` → `x12`); other countries
 * keep their E.164 form.
 */
export function phoneText(phone: string): string {
  const [e164 = '', extension] = phone.split(';ext=');
  const [form, written] = brazilian.find(([one]) => one.test(e164)) ?? [];
  const number = form && written ? e164.replace(form, written) : e164;
  return extension === undefined ? number : `${number} x${extension}`;
}

/** WhatsApp's own address for writing to a number, with the text already there. */
export function whatsappAddress(phone: string, text = ''): string {
  const address = `https://wa.me/${phone.split(';')[0]!.replace(/\D/g, '')}`;
  return text ? `${address}?text=${encodeURIComponent(text)}` : address;
}
