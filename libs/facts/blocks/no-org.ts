/** The org key of invites that name no org. */
export const NO_ORG = 0;
