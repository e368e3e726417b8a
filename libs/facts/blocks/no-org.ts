/** The org key of invites and activity that name no org. */
export const NO_ORG = 0;
