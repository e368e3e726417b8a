import { describe, expect, test } from '@jest/globals';
import { initBaseAuth } from '@propelauth/node';
import { ChartMetric, ChartMetricCadence } from '@propelauth/node-apis';
import type { PropelAuthHost } from '../../support/propelauth-host.js';
import { ANN_SIGNUP, T, USERS } from '../../support/small-world.js';

interface World {
  /** In the place of PropelAuth's own host. */
  host: () => PropelAuthHost;
  authUrl: URL;
  /** A key of PropelAuth. */
  key: string;
}

/** The redirection to a service with the small world. */
export function redirectionCases({ host, authUrl, key }: World): void {
  describe('the redirection of docs/snippets/propelauth-node.mjs', () => {
    const auth = () => initBaseAuth({ authUrl: authUrl.origin, apiKey: key });

    test('leaves token validation and user data with PropelAuth', async () => {
      host().seen.length = 0;
      const node = auth();
      const token = host().tokenOf(USERS.ann, authUrl.origin);
      const user = await node.validateAccessTokenAndGetUser(`Bearer ${token}`);
      expect(user.userId).toBe(USERS.ann);
      expect(await node.fetchUserMetadataByUserId(USERS.ann)).toMatchObject({ userId: 'ann' });
      await node.disableUser(USERS.bob);
      await node.fetchUserMetadataByEmail('a@b.example');
      const own = { authorization: `Bearer ${key}`, authHost: authUrl.hostname };
      expect(host().seen).toEqual(
        [
          ['GET', '/api/v1/token_verification_metadata'],
          ['GET', `/api/backend/v1/user/${USERS.ann}?include_orgs=false`],
          ['POST', `/api/backend/v1/user/${USERS.bob}/disable`],
          ['GET', '/api/backend/v1/user/email?email=a%40b.example&include_orgs=false'],
        ].map(([method, url]) => ({ method, url, body: '', ...own })),
      );
    });

    test('redirects the ten calls of the insights API, with a key of insightd', async () => {
      const node = auth();
      await node.fetchUserMetadataByUserId(USERS.ann);
      host().seen.length = 0;
      const reports = await Promise.all([
        node.fetchUserTopInviterReport(),
        node.fetchUserChampionReport(),
        node.fetchUserReengagementReport(),
        node.fetchUserChurnReport(),
        node.fetchOrgReengagementReport(),
        node.fetchOrgChurnReport(),
        node.fetchOrgGrowthReport(),
        node.fetchOrgAttritionReport(),
      ]);
      expect(reports.map(({ reportTime }) => reportTime)).toEqual(reports.map(() => T));
      const chart = await node.fetchChartMetricData(ChartMetric.SIGNUPS, ChartMetricCadence.DAILY);
      expect(chart.chartType).toBe('Signups');
      const signup = await node.fetchUserSignupQueryParams(USERS.ann);
      expect(signup).toEqual({ userSignupQueryParameters: ANN_SIGNUP });
      expect(host().seen).toEqual([]);
    });

    test.each([
      ['https://propelauth-api.com/api/backend/v1/user_report/champion', 'POST'],
      ['https://propelauth-api.com/api/backend/v1/user_report/', 'GET'],
      ['https://propelauth-api.com/api/backend/v1/user/signup_query_parameters', 'GET'],
      ['https://propelauth-api.com/api/backend/v1/org/user_report/champion', 'GET'],
    ])('does not redirect %s by %s', async (address, method) => {
      host().seen.length = 0;
      await (await fetch(address, { method })).text();
      await (await fetch(new Request(address, { method }))).text();
      expect(host().seen.map(({ url }) => url)).toEqual(
        [1, 2].map(() => new URL(address).pathname),
      );
    });

    test('accepts an address as a string, a URL or a Request', async () => {
      host().seen.length = 0;
      const address = 'https://propelauth-api.com/api/backend/v1/user_report/champion?page_size=1';
      const headers = { Authorization: `Bearer ${key}` };
      for (const input of [address, new URL(address), new Request(address, { headers })]) {
        const reply = await fetch(input);
        expect([reply.status, await reply.json()]).toMatchObject([200, { page_size: 1 }]);
      }
      expect(host().seen).toEqual([]);
    });
  });
}
