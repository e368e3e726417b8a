-- Subscriptions: a report whose changes are sent to a target.
create table subscriptions (
  id             uuid primary key default gen_random_uuid(),
  name           text not null,
  report         text collate "C" not null,
  "interval"     text collate "C" not null,
  conditions     jsonb,
  segment        uuid,
  change         text collate "C" not null check (change in ('both', 'entered', 'left')),
  schedule       jsonb not null,
  target         jsonb not null,
  secret         text,
  previous_secret text,
  previous_until timestamptz,
  state          text collate "C" not null default 'active' check (state in ('active', 'paused', 'ended')),
  ended_reason   text,
  next_at        timestamptz,
  takes_first_run boolean not null default false,
  baseline_run   uuid,
  baseline_time  timestamptz,
  baseline_exclusions int,
  baseline_definition text,
  created_at     timestamptz not null default now(),
  changed_at     timestamptz not null default now()
);
create index subscriptions_segment on subscriptions (segment) where segment is not null;

-- The list of the baseline run: packed rows, so that rows that leave it can be sent when the run is pruned.
create table subscription_baselines (
  subscription_id uuid primary key,
  report_id       uuid not null,
  width           int not null,
  entries         bytea not null
);
alter table subscription_baselines alter column entries set storage external;

-- The outbox: what has changed from one run to another. The same id is never stored twice.
create table subscription_messages (
  id              uuid primary key,
  subscription_id uuid not null,
  from_run        uuid,
  from_time       timestamptz,
  to_run          uuid,
  to_time         timestamptz,
  report          text collate "C" not null,
  "interval"      text collate "C" not null,
  rebased         boolean not null,
  is_digest       boolean not null,
  entered_count   int not null,
  entered_report  uuid,
  entered_width   int not null,
  entered         bytea not null,
  left_count      int not null,
  left_report     uuid,
  left_width      int not null,
  "left"          bytea not null,
  created_at      timestamptz not null default now()
);
create index subscription_messages_subscription on subscription_messages (subscription_id);
alter table subscription_messages alter column entered set storage external;
alter table subscription_messages alter column "left" set storage external;

-- A part of a message on its way to the target. `position` orders the deliveries of a subscription.
create table subscription_deliveries (
  id              uuid primary key,
  position        bigint not null generated always as identity,
  subscription_id uuid not null,
  message_id      uuid not null,
  kind            text collate "C" not null check (kind in ('change', 'test')),
  part            int not null,
  parts           int not null,
  first_row       int not null,
  row_count       int not null,
  state           text collate "C" not null default 'waiting' check (state in ('waiting', 'delivered', 'given_up')),
  attempts        int not null default 0,
  next_attempt_at timestamptz not null default now(),
  claims          int not null default 0,
  lease_until     timestamptz,
  status          int,
  error           text,
  accepted        jsonb,
  created_at      timestamptz not null default now(),
  ended_at        timestamptz
);
create index subscription_deliveries_order on subscription_deliveries (subscription_id, position);
create index subscription_deliveries_waiting on subscription_deliveries (subscription_id, position) where state = 'waiting';
create index subscription_deliveries_given_up on subscription_deliveries (subscription_id) where state = 'given_up';
create index subscription_deliveries_ended on subscription_deliveries (ended_at) where state <> 'waiting';
create index subscription_deliveries_message on subscription_deliveries (message_id);
