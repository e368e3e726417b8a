-- Activity arrives far more often than any other fact, and most of it repeats the day's earlier activity. It is appended
-- here, one row a transaction; a background job folds many rows at a time into activity and last_active. Every reader of
-- activity reads this table as well, or folds first.
-- An entry is 8 bytes, big-endian: the user's key, then unix seconds.
create table activity_log (
  id      bigint generated always as identity primary key,
  entries bytea not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
  toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 5000);
alter table activity_log alter column entries set storage external;

-- When the users of a block of 256 were last active: 4 bytes each, big-endian unix seconds, 0 for never. As a column of
-- users it cost one update an event.
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
