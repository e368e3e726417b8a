-- What came from whom, by the hour: enough to see that a source is alive and nothing is missing. Processes
-- add to the same rows, so a count is only ever raised. The hour comes first: the last day is what is
-- looked at, and the oldest hours are what is dropped.
create table source_counts (
  hour    timestamptz not null,
  kind    text not null,
  source  text collate "C" not null,
  type    text collate "C" not null,
  outcome text not null,
  count   bigint not null,
  last_at timestamptz not null,
  primary key (hour, kind, source, type, outcome)
);

-- What delivered a dead letter, which is not always what it names as its source. Until now, all came by
-- the API.
alter table dead_letters add column sender_kind text not null default 'api';
alter table dead_letters add column sender text;
update dead_letters set sender = source;
alter table dead_letters alter column sender set not null;
