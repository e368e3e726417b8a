// An OpenID Connect provider on this machine, in a process of its own: oidc-provider with its pages for development.
// Everyone may sign in, with the e-mail address as the login; addresses that begin with `unverified` are not verified.
// Arguments: the redirect address. Writes its issuer to standard output.
import { createServer } from 'node:http';
import { once } from 'node:events';
import Provider from 'oidc-provider';

const [redirectUri] = process.argv.slice(2);
const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
// Another site than that of the service, which is opened at 127.0.0.1.
const issuer = `http://localhost:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'insightd',
      client_secret: 'secret-of-the-client',
      redirect_uris: [redirectUri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: id,
      email_verified: !id.startsWith('unverified'),
      name: `Name of ${id}`,
    }),
  }),
});
server.on('request', provider.callback());
process.stdout.write(`${issuer}\n`);
process.on('disconnect', () => process.exit());
