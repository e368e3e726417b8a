import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const CLIENT_ID = 'insightd';
export const CLIENT_SECRET = 'secret-of-the-client';

type Claims = Record<string, unknown>;

/** What the provider answers. Each test changes parts of it. */
export interface Behaviour {
  /** Changes the claims of the next ID tokens. */
  claims: (right: Claims) => Claims;
  sign: (claims: Claims) => string;
  /** Answers of the user-info endpoint. */
  userInfo: Claims | undefined;
  /** `hang` never answers, `cut` closes the connection, `fail` answers 500. */
  mode: 'answer' | 'hang' | 'cut' | 'fail';
}

/** A provider whose tokens can be forged. It has no page to sign in: a test writes the way back itself. */
export class FakeProvider {
  readonly own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  issuer = '';
  /** The nonce of the next ID token. */
  nonce = '';
  /** The forms that the token endpoint received. */
  readonly asked: URLSearchParams[] = [];
  behaviour: Behaviour = this.right();
  private readonly server = createServer(
    (request, response) => void this.answer(request, response),
  );

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.issuer = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  right(): Behaviour {
    return {
      claims: (claims) => claims,
      sign: (claims) => this.signed(claims, this.own.privateKey),
      userInfo: undefined,
      mode: 'answer',
    };
  }

  signed(claims: Claims, key: KeyObject): string {
    const head = encoded({ alg: 'RS256', kid: 'one', typ: 'JWT' });
    const text = `${head}.${encoded(claims)}`;
    return `${text}.${createSign('sha256').update(text).sign(key).toString('base64url')}`;
  }

  unsigned(claims: Claims): string {
    return `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(claims)}.`;
  }

  signedWithSecret(claims: Claims): string {
    const text = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
    return `${text}.${createHmac('sha256', CLIENT_SECRET).update(text).digest('base64url')}`;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { mode } = this.behaviour;
    if (mode === 'hang') return;
    if (mode === 'cut') return void request.socket.destroy();
    if (mode === 'fail') return void response.writeHead(500).end();
    const body = await textOf(request);
    const reply = this.replyTo(request.url ?? '', body);
    response.writeHead(reply ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(reply ?? {}));
  }

  private replyTo(path: string, body: string): object | undefined {
    const { issuer } = this;
    switch (path) {
      case '/.well-known/openid-configuration':
        return {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          userinfo_endpoint: `${issuer}/userinfo`,
          jwks_uri: `${issuer}/jwks`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
          authorization_response_iss_parameter_supported: true,
        };
      case '/jwks':
        return {
          keys: [{ ...this.own.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig' }],
        };
      case '/token':
        this.asked.push(new URLSearchParams(body));
        return { access_token: 'access', token_type: 'Bearer', expires_in: 60, ...this.idToken() };
      case '/userinfo':
        return this.behaviour.userInfo;
      default:
        return undefined;
    }
  }

  private idToken(): { id_token: string } {
    const now = Math.floor(Date.now() / 1000);
    const right = {
      ...{ iss: this.issuer, aud: CLIENT_ID, sub: 'subject', iat: now, exp: now + 300 },
      ...{ nonce: this.nonce, email: 'Ann@Example.com', email_verified: true, name: 'Ann' },
    };
    return { id_token: this.behaviour.sign(this.behaviour.claims(right)) };
  }
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
