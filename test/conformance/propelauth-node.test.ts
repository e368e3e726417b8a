import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  AttritionReportInterval,
  ChampionReportInterval,
  ChurnReportInterval,
  getApis,
  GrowthReportInterval,
  ReengagementReportInterval,
  TopInviterReportInterval,
  type OrgReport,
  type UserReport,
} from '@propelauth/node-apis';
import { redirectInsights } from '../../docs/snippets/propelauth-node.mjs';
import { startPropelAuthHost, type PropelAuthHost } from '../support/propelauth-host.js';
import { redirectFetch } from '../support/redirect.js';
import { TEST_KEY } from '../support/service.js';
import { useSharedService, type SharedService } from '../support/shared-service.js';
import { second } from '../support/model/fixtures/builders.js';
import { redirectionCases } from './cases/redirection.js';
import { AS_OF, ORGS, T, USERS, WORLD } from '../support/small-world.js';

const AUTH_URL = new URL('https://auth.example.com');

/** PropelAuth's own key, which insightd does not know. */
const PROPELAUTH_KEY = 'a-key-of-propelauth';

let service: SharedService;
let host: PropelAuthHost;
// Under the snippet: the fixed host of the client is the stand-in.
const direct = redirectFetch('https://propelauth-api.com', () => host.origin);
let endRedirection: () => void;
let neverMade: [UserReport, OrgReport];
const client = getApis(AUTH_URL, PROPELAUTH_KEY);

beforeAll(async () => {
  service = await useSharedService();
  host = await startPropelAuthHost();
  // With a slash at its end, as addresses are copied.
  endRedirection = redirectInsights({ url: `${service.origin}/`, key: TEST_KEY });
  neverMade = [await client.fetchUserChurnReport(), await client.fetchOrgGrowthReport()];
  await service.api.ingest(WORLD);
  await service.api.run(AS_OF);
  await service.chartsAreFresh();
});
afterAll(async () => {
  endRedirection();
  direct();
  host.close();
  await service.close();
});

/** The users of a report in order, each with its extra properties. */
function users({ userReports }: UserReport): [string, object][] {
  return userReports.map(({ userId, extraProperties }) => [name(USERS, userId), extraProperties]);
}

function orgs({ orgReports }: OrgReport): [string, object][] {
  return orgReports.map(({ orgId, extraProperties }) => [name(ORGS, orgId), extraProperties]);
}

function name(ids: Record<string, string>, id: string): string {
  return Object.keys(ids).find((key) => ids[key] === id) ?? id;
}

const none = (...names: string[]) => names.map((each) => [each, {}]);

describe('a whole page', () => {
  test('of a user report decodes into every documented value', async () => {
    const report = await client.fetchUserTopInviterReport(TopInviterReportInterval.NINETY_DAYS);
    const [id, reportId] = [expect.stringMatching(/./), expect.stringMatching(/./)];
    expect(report).toEqual({
      userReports: [
        {
          ...{ id, reportId, userId: USERS.ann, email: 'ann@acme.example' },
          ...{ username: 'ann', firstName: 'Ann', lastName: 'Lee' },
          userCreatedAt: second('2024-06-01'),
          lastActiveAt: second('2025-03-26'),
          orgData: [
            membership('Acme', ORGS.acme, 'Owner'),
            membership('Beta', ORGS.beta, 'Member'),
          ],
          extraProperties: { numInvites: 3 },
        },
        {
          ...{ id, reportId, userId: USERS.bob, email: 'bob@acme.example' },
          ...{ username: null, firstName: null, lastName: null },
          userCreatedAt: second('2024-07-01'),
          lastActiveAt: second('2025-03-20'),
          orgData: [membership('Acme', ORGS.acme, 'Admin'), membership('Duo', ORGS.duo, 'Member')],
          extraProperties: { numInvites: 1 },
        },
      ],
      ...{ currentPage: 0, totalCount: 2, pageSize: 10, hasMoreResults: false, reportTime: T },
    });
    const [first, then] = report.userReports;
    expect(first!.id).not.toBe(then!.id);
    expect(first!.reportId).toBe(then!.reportId);
  });

  /** The client knows `user_role` as another of its fields; the documented name is there as well. */
  function membership(displayName: string, orgId: string, role: string): object {
    return { displayName, orgId, userRole: role, userAssignedRole: role };
  }

  test('of an org report decodes into every documented value', async () => {
    const report = await client.fetchOrgAttritionReport(AttritionReportInterval.NINETY_DAYS);
    const ids = { id: expect.stringMatching(/./), reportId: expect.stringMatching(/./) };
    expect(report).toEqual({
      orgReports: [
        {
          ...{ ...ids, orgId: ORGS.beta, name: 'Beta', numUsers: 1 },
          orgCreatedAt: second('2024-07-02'),
          extraProperties: { numUsersAdded: 2, numUsersRemoved: 1, netUsersChange: 1 },
        },
        {
          ...{ ...ids, orgId: ORGS.acme, name: 'Acme', numUsers: 2 },
          orgCreatedAt: second('2024-06-02'),
          extraProperties: { numUsersAdded: 3, numUsersRemoved: 1, netUsersChange: 2 },
        },
      ],
      ...{ currentPage: 0, totalCount: 2, pageSize: 10, hasMoreResults: false, reportTime: T },
    });
  });

  test('of a report that was never made is empty', () => {
    const empty = { currentPage: 0, totalCount: 0, pageSize: 10, hasMoreResults: false };
    expect(neverMade).toEqual([
      { userReports: [], ...empty, reportTime: 0 },
      { orgReports: [], ...empty, reportTime: 0 },
    ]);
  });

  test('is followed by the other pages until there are no more results', async () => {
    const pages = await Promise.all(
      [0, 1, 2].map((pageNumber) =>
        client.fetchUserChampionReport(undefined, { pageSize: 2, pageNumber }),
      ),
    );
    expect(pages.map((page) => users(page).map(([user]) => user))).toEqual([
      ['ann', 'bob'],
      ['dee'],
      [],
    ]);
    expect(pages.map(({ currentPage }) => currentPage)).toEqual([0, 1, 2]);
    expect(pages.map(({ hasMoreResults }) => hasMoreResults)).toEqual([true, false, false]);
    expect(pages.map(({ pageSize, totalCount }) => [pageSize, totalCount])).toEqual(
      pages.map(() => [2, 3]),
    );
  });
});

describe('every interval of every report', () => {
  const invites = (numInvites: number) => ({ numInvites });
  const days = (numActiveDays: number) => ({ numActiveDays });
  const moved = (numUsersAdded: number, numUsersRemoved: number) => ({
    numUsersAdded,
    numUsersRemoved,
  });
  const net = (added: number, gone: number) => ({
    ...moved(added, gone),
    netUsersChange: added - gone,
  });

  test.each([
    [TopInviterReportInterval.THIRTY_DAYS, 1],
    [TopInviterReportInterval.SIXTY_DAYS, 2],
    [TopInviterReportInterval.NINETY_DAYS, 3],
  ])('has the top inviters of %s days', async (interval, ofAnn) => {
    expect(users(await client.fetchUserTopInviterReport(interval))).toEqual([
      ['ann', invites(ofAnn)],
      ['bob', invites(1)],
    ]);
  });

  test.each([
    [ChampionReportInterval.THIRTY_DAYS, 2, 1],
    [ChampionReportInterval.SIXTY_DAYS, 3, 1],
    [ChampionReportInterval.NINETY_DAYS, 4, 2],
  ])('has the champions of %s days', async (interval, ofAnn, ofBob) => {
    expect(users(await client.fetchUserChampionReport(interval))).toEqual([
      ['ann', days(ofAnn)],
      ['bob', days(ofBob)],
      ['dee', days(1)],
    ]);
  });

  test.each([
    [ReengagementReportInterval.WEEKLY, none('ann'), none('beta')],
    [ReengagementReportInterval.MONTHLY, none('bob', 'dee'), none('beta', 'duo', 'echo')],
  ])('has the %s re-engaged users and orgs', async (interval, ofUsers, ofOrgs) => {
    expect(users(await client.fetchUserReengagementReport(interval))).toEqual(ofUsers);
    expect(orgs(await client.fetchOrgReengagementReport(interval))).toEqual(ofOrgs);
  });

  test.each([
    [ChurnReportInterval.SEVEN_DAYS, none('bob', 'dee', 'cid'), none('core', 'duo', 'echo')],
    [ChurnReportInterval.FOURTEEN_DAYS, none('dee', 'cid'), none('core', 'echo')],
    [ChurnReportInterval.THIRTY_DAYS, none('cid'), none('core')],
  ])('has the users and orgs churned for %s days', async (interval, ofUsers, ofOrgs) => {
    expect(users(await client.fetchUserChurnReport(interval))).toEqual(ofUsers);
    expect(orgs(await client.fetchOrgChurnReport(interval))).toEqual(ofOrgs);
  });

  const oneEach = ['core', 'duo', 'echo'].map((org) => [org, moved(1, 0)]);
  test.each([
    [GrowthReportInterval.THIRTY_DAYS, oneEach],
    [GrowthReportInterval.SIXTY_DAYS, [['acme', moved(2, 1)], ['beta', moved(2, 1)], ...oneEach]],
    [GrowthReportInterval.NINETY_DAYS, [['acme', moved(3, 1)], ['beta', moved(2, 1)], ...oneEach]],
  ])('has the growth of orgs in %s days', async (interval, expected) => {
    expect(orgs(await client.fetchOrgGrowthReport(interval))).toEqual(expected);
  });

  test.each([
    [
      AttritionReportInterval.THIRTY_DAYS,
      [
        ['acme', net(1, 1)],
        ['beta', net(1, 1)],
      ],
    ],
    [
      AttritionReportInterval.SIXTY_DAYS,
      [
        ['acme', net(2, 1)],
        ['beta', net(2, 1)],
      ],
    ],
    [
      AttritionReportInterval.NINETY_DAYS,
      [
        ['beta', net(2, 1)],
        ['acme', net(3, 1)],
      ],
    ],
  ])('has the attrition of orgs in %s days', async (interval, expected) => {
    expect(orgs(await client.fetchOrgAttritionReport(interval))).toEqual(expected);
  });

  test('is optional: the default is the first interval', async () => {
    const time = { currentPage: 0, pageSize: 10, reportTime: T, hasMoreResults: false };
    expect(await client.fetchUserChampionReport()).toMatchObject(time);
    expect(users(await client.fetchUserTopInviterReport())[0]).toEqual(['ann', invites(1)]);
    expect(users(await client.fetchUserChampionReport())[0]).toEqual(['ann', days(2)]);
    expect(users(await client.fetchUserReengagementReport())).toEqual(none('ann'));
    expect(users(await client.fetchUserChurnReport())).toEqual(none('bob', 'dee', 'cid'));
    expect(orgs(await client.fetchOrgReengagementReport())).toEqual(none('beta'));
    expect(orgs(await client.fetchOrgChurnReport())).toEqual(none('core', 'duo', 'echo'));
    expect(orgs(await client.fetchOrgGrowthReport())).toEqual(oneEach);
    expect(orgs(await client.fetchOrgAttritionReport())[0]).toEqual(['acme', net(1, 1)]);
  });
});

redirectionCases({ host: () => host, authUrl: AUTH_URL, key: PROPELAUTH_KEY });
