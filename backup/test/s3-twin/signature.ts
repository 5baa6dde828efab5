import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * Whether a request is signed with AWS Signature Version 4 by these credentials, over what it says its body's hash is. Returns
 * the S3 error code otherwise. Source: docs.aws.amazon.com, "Signature Version 4 signing process".
 */
export function checkSignature(
  request: IncomingMessage,
  { accessKeyId, secretAccessKey }: Credentials,
): string | undefined {
  const header = request.headers.authorization ?? '';
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      header,
    );
  if (!match) return 'AccessDenied';
  const [, key, date, region, names, signature] = match as unknown as string[];
  if (key !== accessKeyId) return 'InvalidAccessKeyId';

  const url = new URL(request.url!, 'http://twin');
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const headers = names!
    .split(';')
    .map(
      (name) =>
        `${name}:${String(request.headers[name] ?? '')
          .trim()
          .replace(/\s+/g, ' ')}\n`,
    )
    .join('');
  const hash = String(request.headers['x-amz-content-sha256']);
  const path = decodeURIComponent(url.pathname).split('/').map(encode).join('/');
  const canonical = [request.method, path, query, headers, names, hash].join('\n');

  const scope = `${date}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const signingKey = ['s3', 'aws4_request'].reduce(
    hmac,
    hmac(hmac(`AWS4${secretAccessKey}`, date!), region!),
  );
  const expected = hmac(signingKey, toSign);
  return timingSafeEqual(expected, Buffer.from(signature!, 'hex')) ? undefined : 'SignatureDoesNotMatch';
}

/** Whether a body is what its headers say: SHA-256 (signed), MD5, CRC-32. Returns the S3 error code otherwise. */
export function checkBody(
  request: IncomingMessage,
  body: Buffer,
  crc32: (bytes: Buffer) => number,
): string | undefined {
  const claimed = request.headers['x-amz-content-sha256'];
  if (claimed !== 'UNSIGNED-PAYLOAD' && claimed !== sha256(body)) return 'XAmzContentSHA256Mismatch';
  const md5 = request.headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) return 'BadDigest';
  const crc = request.headers['x-amz-checksum-crc32'];
  if (crc === undefined) return undefined;
  const actual = Buffer.alloc(4);
  actual.writeUInt32BE(crc32(body));
  return crc === actual.toString('base64') ? undefined : 'BadDigest';
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
