-- Events received by hour, sender and outcome: enough to see that a source is alive and that nothing is missing. All
-- processes add to the same rows. The key begins with the hour, because queries read the last day and retention deletes
-- the oldest hours.
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

-- The sender of a dead letter, which is not always the source that the letter names. Until now, all came by the API.
alter table dead_letters add column sender_kind text not null default 'api';
alter table dead_letters add column sender text;
update dead_letters set sender = source;
alter table dead_letters alter column sender set not null;
