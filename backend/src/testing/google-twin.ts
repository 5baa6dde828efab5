import { createHash, createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendJson } from './twin-server.ts';

/** Somebody's claims, and what is wrong with the token that carries them. */
export interface Claims {
  sub: string;
  email: string;
  email_verified?: boolean;
  name?: string;
  iss?: string;
  aud?: string;
  nonce?: string;
  exp?: number;
}

/** An OpenID Connect provider as Google is one: discovery, keys, authorization codes with PKCE, signed ID tokens. */
export async function startGoogleTwin() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const codes = new Map<string, { challenge: string; claims: object }>();
  let url = '';
  const token = (claims: object) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part({ alg: 'RS256', kid: 'twin', typ: 'JWT' })}.${part(claims)}`;
    return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    switch (request.url) {
      case '/.well-known/openid-configuration':
        return sendJson(response, 200, {
          issuer: url,
          authorization_endpoint: `${url}/authorize`,
          token_endpoint: `${url}/token`,
          jwks_uri: `${url}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
          code_challenge_methods_supported: ['S256'],
        });
      case '/keys':
        return sendJson(response, 200, {
          keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'twin', alg: 'RS256', use: 'sig' }],
        });
      case '/token': {
        const form = new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
        const code = form.get('code') ?? '';
        const known = codes.get(code);
        codes.delete(code);
        const proof = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        if (!known || known.challenge !== proof) return sendJson(response, 400, { error: 'invalid_grant' });
        return sendJson(response, 200, {
          access_token: randomUUID(),
          token_type: 'Bearer',
          expires_in: 3600,
          id_token: token(known.claims),
        });
      }
      default:
        response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    /** Somebody agrees on the provider's page; the address that their browser is sent back to. */
    agree(authorizeUrl: string, claims: Claims): string {
      const asked = new URL(authorizeUrl).searchParams;
      const code = randomUUID();
      const now = Math.floor(Date.now() / 1000);
      codes.set(code, {
        challenge: asked.get('code_challenge') ?? '',
        claims: {
          iss: url,
          aud: asked.get('client_id'),
          nonce: asked.get('nonce'),
          iat: now,
          exp: now + 300,
          email_verified: true,
          ...claims,
        },
      });
      const back = new URL(asked.get('redirect_uri') ?? '');
      back.searchParams.set('code', code);
      back.searchParams.set('state', asked.get('state') ?? '');
      return back.href;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
