-- When the message was sent, for a dead letter that is a message of a source rather than a native event. A replay
-- translates its body again, as sent at that time under its event_id.
alter table dead_letters add column message_at timestamptz;

-- Users and orgs that a message names by id alone: their current values are fetched from the source and stored as an
-- event under the message's identity.
create table source_lookups (
  id       bigint generated always as identity primary key,
  source   text not null,
  event_id text not null,
  kind     text not null check (kind in ('user', 'org')),
  subject  text collate "C" not null,
  attempts int not null default 0,
  next_at  timestamptz not null default now(),
  added_at timestamptz not null default now(),
  error    text,
  unique (source, event_id)
);
create index source_lookups_next_at on source_lookups (next_at);
