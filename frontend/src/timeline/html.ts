const blocks = /<\/(?:p|div|li|h[1-6]|tr|blockquote)>|<br\s*\/?>/gi;

/**
 * The words of a piece of HTML, with its lines. What people wrote is shown as text only, so nothing in it can become
 * part of the page, whatever the server let through.
 */
export function htmlText(html: string): string {
  const body = new DOMParser().parseFromString(html.replace(blocks, '$&\n'), 'text/html').body;
  return (body.textContent ?? '').replace(/\n{3,}/g, '\n\n').trim();
}

/** Plain text as the HTML that means the same. */
export function textHtml(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped.replaceAll('\n', '<br>');
}
