-- Activity arrives far more often than anything else, and most of it repeats what a day knows already.
-- It is appended here as it comes, one row a transaction, and folded into activity and last_active by
-- the background, many rows at a time. Whoever reads activity reads this as well, or folds first.
-- An entry is 8 bytes, big-endian: the user's key, then unix seconds.
create table activity_log (
  id      bigint generated always as identity primary key,
  entries bytea not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000);
alter table activity_log alter column entries set storage external;

-- When the users of a block of 256 were last active: 4 bytes each, big-endian unix seconds, 0 when
-- never. A row of users that holds this beside its dates took one update an event.
create table last_active (
  block   int primary key,
  seconds bytea not null
) with (fillfactor = 50);
alter table last_active alter column seconds set storage plain;

insert into last_active (block, seconds)
select u.id >> 8,
  string_agg(int4send(coalesce(floor(extract(epoch from known.last_active_at)), 0)::int), '' order by u.id)
from (
  select generate_series(first, first + 255)::int as id
  from (select distinct (id >> 8) << 8 as first from users where last_active_at is not null) blocks
) u
left join users known using (id)
group by u.id >> 8;

alter table users drop column last_active_at;
