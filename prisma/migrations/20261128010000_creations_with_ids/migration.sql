-- Charts of signups leave excluded users out by their keys. With the key in the index they need no row of the table:
-- 0.23 instead of 1 s for a year of a million users.
drop index users_created_at;
create index users_created_at on users (created_at, id);
drop index orgs_created_at;
create index orgs_created_at on orgs (created_at, id);
