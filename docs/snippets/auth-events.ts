// Reports users, organizations and sign-ins of Better Auth or Auth.js to insightd.
//   const send = eventSender('https://insightd.internal', process.env.INSIGHTD_KEY!);
//   betterAuth({ databaseHooks: betterAuthHooks(send),
//     user: { deleteUser: { enabled: true, afterDelete: betterAuthUserDeleted(send) } },
//     plugins: [organization({ organizationHooks: betterAuthOrganizationHooks(send) })] });
//   NextAuth({ events: authJsEvents(send), … });
type Data = Record<string, string | null>;
type Send = (type: string, data: Data, time?: Date) => Promise<void>;
type User = { id: string; email?: string | null; name?: string | null; createdAt?: Date };

/** Never fails a sign-in: what insightd does not take is logged. @param key of the scope `ingest` */
export function eventSender(url: string, key: string): Send {
  return async (type, data, time = new Date()) => {
    const headers = { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' };
    const event = { id: crypto.randomUUID(), type, time: time.toISOString(), data };
    const request = { method: 'POST', headers, body: JSON.stringify(event) };
    const signal = AbortSignal.timeout(5_000);
    const reply = await fetch(`${url}/api/ingest/v1/events`, { ...request, signal }).catch(
      () => undefined,
    );
    if (!reply?.ok) console.warn(`insightd took no ${type}: ${reply?.status ?? 'no answer'}`);
  };
}

function profile({ id, email, name }: User): Data {
  const [first = '', ...rest] = (name ?? '').trim().split(/\s+/);
  const names = { first_name: first || null, last_name: rest.join(' ') || null };
  return { user_id: id, ...(email && { email }), ...names };
}

/** For `databaseHooks` of Better Auth. */
export const betterAuthHooks = (send: Send) => ({
  user: {
    create: { after: (user: User) => send('user.created', profile(user), user.createdAt) },
    update: { after: (user: User) => send('user.updated', profile(user)) },
  },
  session: {
    create: {
      after: ({ userId }: { userId: string }) => send('user.active', { user_id: userId }),
    },
  },
});

/** For `user.deleteUser.afterDelete` of Better Auth. */
export const betterAuthUserDeleted = (send: Send) => (user: User) =>
  send('user.deleted', { user_id: user.id });

type Org = { id: string; name: string; createdAt?: Date };
type Member = { userId: string; role: string };
type OfMember = { member: Member; organization: Org };

/** For `organizationHooks` of Better Auth's plugin `organization`. */
export const betterAuthOrganizationHooks = (send: Send) => {
  const added = ({ member, organization }: OfMember) =>
    send('user.added_to_org', {
      ...{ user_id: member.userId, org_id: organization.id, role: member.role },
    });
  return {
    afterCreateOrganization: async (given: OfMember) => {
      const { id, name, createdAt } = given.organization;
      await send('org.created', { org_id: id, name }, createdAt);
      await added(given);
    },
    afterUpdateOrganization: async ({ organization }: { organization: Org | null }) => {
      if (organization)
        await send('org.updated', { org_id: organization.id, name: organization.name });
    },
    afterDeleteOrganization: ({ organization }: { organization: Org }) =>
      send('org.deleted', { org_id: organization.id }),
    afterAddMember: added,
    afterAcceptInvitation: added,
    afterRemoveMember: ({ member, organization }: OfMember) =>
      send('user.removed_from_org', { user_id: member.userId, org_id: organization.id }),
    afterUpdateMemberRole: ({ member, organization }: OfMember) =>
      send('user.role_changed_within_org', {
        ...{ user_id: member.userId, org_id: organization.id, role: member.role },
      }),
  };
};

/** For `events` of Auth.js. It has no organizations and reports no deletions. */
export const authJsEvents = (send: Send) => ({
  createUser: ({ user }: { user: Partial<User> }) => send('user.created', profile(user as User)),
  updateUser: ({ user }: { user: Partial<User> }) => send('user.updated', profile(user as User)),
  signIn: ({ user }: { user: Partial<User> }) => send('user.active', { user_id: user.id! }),
});
