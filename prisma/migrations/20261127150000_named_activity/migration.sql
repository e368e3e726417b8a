-- The time zone of the store's days, written at its first start. Activity is stored by day, so it never changes.
create table store_calendar (
  id        int primary key default 1 check (id = 1),
  time_zone text not null
);
-- A store that is in use already has days in UTC.
insert into store_calendar (time_zone)
select 'UTC' where exists (select from instance) or exists (select from user_ids) or exists (select from org_ids);

-- Activity whose sender named the org where it happened. Each (user, org) that was ever named has a dense number,
-- and a bitmap holds the pairs of a block of 4,096 that were named on a day. Named activity is in activity as well.
create table activity_pairs (
  id       int generated always as identity primary key,
  user_key int not null,
  org_key  int not null,
  constraint activity_pairs_pair unique (user_key, org_key) include (id)
);
create table named_activity (
  day   date not null,
  block int not null,
  bits  bit(4096) not null,
  primary key (day, block)
) with (fillfactor = 70);

-- Entries of 12 bytes, big-endian: the user's key, the org's key, then unix seconds. They are not repeated in entries.
alter table activity_log add column named bytea;
alter table activity_log alter column named set storage external;

-- insightd removes no row and changes no key, but an operator may.
create trigger note_removed after delete or update on activity_pairs
  for each statement execute function note_removed_rows();
create trigger note_removed after delete or update of day, block on named_activity
  for each statement execute function note_removed_rows();
