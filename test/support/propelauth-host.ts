import { createSign, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that PropelAuth's host received. */
interface SeenRequest {
  method: string;
  url: string;
  authorization: string | undefined;
  authHost: string | undefined;
  body: string;
}

/** Replaces PropelAuth's own host, for requests that must not reach insightd. */
export interface PropelAuthHost {
  origin: string;
  seen: SeenRequest[];
  /** An access token of a user, signed as PropelAuth does. */
  tokenOf: (userId: string, issuer: string) => string;
  close: () => void;
}

const MINUTE_S = 60;

export async function startPropelAuthHost(): Promise<PropelAuthHost> {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = keys.publicKey.export({ type: 'spki', format: 'pem' });
  const seen: SeenRequest[] = [];
  const server = createServer((request, reply) => {
    void textOf(request).then((body) => {
      const { method = '', url = '', headers } = request;
      const authHost = headers['x-propelauth-url'] as string | undefined;
      seen.push({ method, url, authorization: headers.authorization, authHost, body });
      const isMetadata = url === '/api/v1/token_verification_metadata';
      const answer = isMetadata
        ? { verifier_key_pem: pem }
        : { user_id: 'ann', email: 'a@b.example' };
      reply.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    tokenOf: (userId, issuer) => {
      const now = Math.floor(Date.now() / 1000);
      const claims = { user_id: userId, email: 'a@b.example', iss: issuer, iat: now };
      const parts = [{ alg: 'RS256' }, { ...claims, exp: now + MINUTE_S }].map((part) =>
        Buffer.from(JSON.stringify(part)).toString('base64url'),
      );
      const signature = createSign('RSA-SHA256').update(parts.join('.')).sign(keys.privateKey);
      return [...parts, signature.toString('base64url')].join('.');
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
