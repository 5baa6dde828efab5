import type { Finding } from '../model/finding.ts';
import { type Handshake, handshake, type Where } from './handshake.ts';

const day = 86_400_000;
const hour = 3_600_000;

/**
 * Milliseconds before its end at which a certificate should long have been renewed, which is done when a third of its life is left:
 * 21 of 90 days, the same share of a shorter life, and never more.
 */
const overdue = (life: number) => Math.min(21 * day, life * (21 / 90));

/** What a handshake shows of the certificate, the TLS versions and HTTP/2. */
export async function checkCertificate(host: string, where: Where, now: Date): Promise<Finding[]> {
  let shake: Handshake;
  try {
    shake = await handshake(host, where);
  } catch (error) {
    return [
      {
        level: 'failure',
        title: `HTTPS on ${host}`,
        detail: `no TLS connection: ${(error as Error).message}`,
        fix: 'Publish the DNS records first; the platform issues the certificate after it sees them, mostly within minutes.',
      },
    ];
  }
  return [certificateFinding(host, shake, now), http2Finding(host, shake), await oldVersions(host, where)];
}

function certificateFinding(host: string, shake: Handshake, now: Date): Finding {
  const title = `Certificate of ${host}`;
  const left = shake.validTo.getTime() - now.getTime();
  const detail = `from ${shake.issuer}, ${inDays(left)}`;
  if (shake.problem !== null) {
    const made =
      shake.problem === 'ERR_TLS_CERT_ALTNAME_INVALID' ? `, made for ${shake.names.join(', ')}` : '';
    return {
      level: 'failure',
      title,
      detail: `not valid: ${shake.problem}${made} (${detail})`,
      fix: 'Wait for the platform to issue it, or ask for it again; browsers refuse the site until then.',
    };
  }
  if (left < overdue(shake.validTo.getTime() - shake.validFrom.getTime()))
    return {
      level: 'warning',
      title,
      detail,
      fix: 'Renewal is overdue: look at DNS and CAA, then issue it again.',
    };
  return { level: 'ok', title, detail: `${detail}, ${shake.protocol}` };
}

/** `80 days left`, `17 hours left`, `over for 2 days`. */
function inDays(left: number): string {
  const size = Math.abs(left);
  const [count, unit] = size < 2 * day ? [size / hour, 'hours'] : [size / day, 'days'];
  return left < 0 ? `over for ${Math.floor(count)} ${unit}` : `${Math.floor(count)} ${unit} left`;
}

const http2Finding = (host: string, shake: Handshake): Finding =>
  shake.alpn === 'h2'
    ? { level: 'ok', title: `HTTP/2 on ${host}` }
    : {
        level: 'warning',
        title: `HTTP/2 on ${host}`,
        detail: `only ${shake.alpn || 'HTTP/1.1'}`,
        fix: 'Switch HTTP/2 on in front of the service.',
      };

/** TLS 1.0 and 1.1 are retired (RFC 8996); a server that still agrees to them cannot get an A. */
async function oldVersions(host: string, where: Where): Promise<Finding> {
  const title = `TLS versions of ${host}`;
  const accepted = await handshake(host, where, { min: 'TLSv1', max: 'TLSv1.1' }).then(
    (shake) => shake.protocol,
    () => null,
  );
  return accepted === null
    ? { level: 'ok', title, detail: '1.2 and 1.3 only' }
    : {
        level: 'failure',
        title,
        detail: `still accepts ${accepted}`,
        fix: 'Allow TLS 1.2 and 1.3 only (nginx: ssl_protocols TLSv1.2 TLSv1.3).',
      };
}
