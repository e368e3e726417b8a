-- The schema with all migrations applied. Made by `npm run schema`; do not edit.
-- prisma/schema.prisma describes the tables and columns.

create extension pg_trgm;

create sequence activity_pairs_id_seq as integer;

create or replace function apply_exclusions(keys integer[])
 returns void
 language plpgsql
 set search_path to '$user', 'public'
as $function$
declare
  changed int[];
  blocks int[];
  added text[];
  removed text[];
begin
  select array_agg(u.key) into changed
  from excluded_among(keys) u left join excluded_users x on x.block = u.key >> 12
  where u.is_excluded <> (coalesce(get_bit(x.bits, u.key & 4095), 0) = 1);
  if changed is null then return; end if;
  -- Before the blocks, so that concurrent writers lock in one order.
  update exclusions set changes = changes + 1;
  select array_agg(b.block order by b.block), array_agg(b.added::text order by b.block),
    array_agg(b.removed::text order by b.block)
  into blocks, added, removed
  from (
    select u.key >> 12 as block, bit_or(set_bit(0::bit(4096), u.key & 4095, u.is_excluded::int)) as added,
      bit_or(set_bit(0::bit(4096), u.key & 4095, (not u.is_excluded)::int)) as removed
    from excluded_among(changed) u group by u.key >> 12
  ) b;
  insert into excluded_users (block, bits)
  select b.block, 0::bit(4096) from unnest(blocks) as b (block) order by b.block
  on conflict (block) do nothing;
  for i in 1 .. cardinality(blocks) loop
    update excluded_users set bits = (bits | added[i]::bit(4096)) & ~removed[i]::bit(4096) where block = blocks[i];
  end loop;
  insert into activity_changes (user_keys) values (changed);
end$function$;

create or replace function excluded_among(keys integer[])
 returns table(key integer, is_excluded boolean)
 language plpgsql
 stable
 set search_path to '$user', 'public'
as $function$
#variable_conflict use_column
begin
  return query with profile as materialized (
    select user_key, email_domain from user_profiles where user_key = any(keys) and email_domain is not null
  ), erased as materialized (
    select user_key, domain, parents from erased_domains where user_key = any(keys)
  ), excluded as (
    select r.key from exclusion_rules r where r.kind = 'user' and r.key = any(keys)
    union
    select p.user_key from profile p join exclusion_rules r on r.kind = 'domain' and r.value = p.email_domain
    union
    select p.user_key from profile p
    join exclusion_rules r on r.kind = 'subdomains' and r.value = any(parent_domains(p.email_domain))
    union
    select e.user_key from erased e join exclusion_rules r on r.kind = 'domain' and r.hash = e.domain
    union
    select e.user_key from erased e join exclusion_rules r on r.kind = 'subdomains' and r.hash = any(e.parents)
  )
  select u.key, x.key is not null
  from (select distinct unnest(keys) as key) u left join excluded x on x.key = u.key;
end$function$;

create or replace function note_changed_domains()
 returns trigger
 language plpgsql
 set search_path to '$user', 'public'
as $function$
begin
  if exists (select from exclusion_rules where kind in ('domain', 'subdomains')) then
    perform apply_exclusions(array(select user_key from changed));
  end if;
  return null;
end$function$;

create or replace function note_changed_invites()
 returns trigger
 language plpgsql
 set search_path to '$user', 'public'
as $function$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(distinct inviter_key) from changed having count(*) > 0;
  return null;
end$function$;

create or replace function note_changed_memberships()
 returns trigger
 language plpgsql
 set search_path to '$user', 'public'
as $function$
begin
  insert into fact_changes (fact, keys, org_keys)
  select tg_table_name, array_agg(user_key), array_agg(org_key) from changed having count(*) > 0;
  return null;
end$function$;

create or replace function note_changed_org_values()
 returns trigger
 language plpgsql
 set search_path to '$user', 'public'
as $function$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(distinct org_key) from changed having count(*) > 0;
  return null;
end$function$;

create or replace function note_changed_subjects()
 returns trigger
 language plpgsql
 set search_path to '$user', 'public'
as $function$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(id) from changed having count(*) > 0;
  return null;
end$function$;

create or replace function note_changed_user_values()
 returns trigger
 language plpgsql
 set search_path to '$user', 'public'
as $function$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(distinct user_key) from changed having count(*) > 0;
  return null;
end$function$;

create or replace function note_removed_changes()
 returns trigger
 language plpgsql
 set search_path to '$user', 'public'
as $function$
begin
  insert into fact_changes (fact)
  select tg_table_name from removed where noted_at > now() - interval '12 hours' having count(*) > 0;
  return null;
end$function$;

create or replace function note_removed_rows()
 returns trigger
 language plpgsql
 set search_path to '$user', 'public'
as $function$
begin
  insert into fact_changes (fact) values (tg_table_name);
  return null;
end$function$;

create or replace function note_updated_org_traits()
 returns trigger
 language plpgsql
 set search_path to '$user', 'public'
as $function$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(distinct org_key)
  from changed join before using (org_key, key)
  where changed.value is distinct from before.value
  having count(*) > 0;
  return null;
end$function$;

create or replace function note_updated_profiles()
 returns trigger
 language plpgsql
 set search_path to '$user', 'public'
as $function$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(user_key)
  from changed join before using (user_key)
  where changed.email_domain is distinct from before.email_domain
    or changed.signup_query_parameters is distinct from before.signup_query_parameters
  having count(*) > 0;
  return null;
end$function$;

create or replace function note_updated_user_traits()
 returns trigger
 language plpgsql
 set search_path to '$user', 'public'
as $function$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(distinct user_key)
  from changed join before using (user_key, key)
  where changed.value is distinct from before.value
  having count(*) > 0;
  return null;
end$function$;

create or replace function parent_domains(domain text)
 returns text[]
 language sql
 immutable parallel safe strict
as $function$
  select coalesce(array_agg(array_to_string(labels[first:], '.')), '{}')
  from string_to_array(domain, '.') as labels, generate_series(2, cardinality(labels) - 1) as first
  where cardinality(labels) <= 127
$function$;

create or replace function search_document(first_name text, last_name text, username text, email text)
 returns text
 language sql
 immutable parallel safe
return search_text(((((((coalesce(first_name, ''::text) || chr(1)) || coalesce(last_name, ''::text)) || chr(1)) || coalesce(username, ''::text)) || chr(1)) || coalesce(email, ''::text)));

create or replace function search_text(value text)
 returns text
 language sql
 immutable parallel safe
return lower((value collate search_case));

create table activity (
  day date not null,
  block integer not null,
  bits bit(4096) not null,
  constraint activity_pkey primary key (day, block)
) with (fillfactor=90);
create trigger note_removed after delete or update of day, block on activity for each statement execute function note_removed_rows();

create table activity_changes (
  id bigint generated always as identity not null,
  day date,
  user_keys integer[],
  org_keys integer[],
  constraint activity_changes_pkey primary key (id)
);

create table activity_log (
  id bigint generated always as identity not null,
  entries bytea storage external not null,
  named bytea storage external,
  constraint activity_log_pkey primary key (id)
) with (autovacuum_vacuum_scale_factor=0, autovacuum_vacuum_threshold=500, toast.autovacuum_vacuum_scale_factor=0, toast.autovacuum_vacuum_threshold=5000);

create table activity_pairs (
  block integer not null,
  entries bytea storage external not null,
  last_id integer not null,
  constraint activity_pairs_pkey primary key (block)
) with (fillfactor=80);
create trigger note_changed after update on activity_pairs for each row when ((substring(new.entries from 1 for length(old.entries)) is distinct from old.entries)) execute function note_removed_rows();
create trigger note_removed after delete on activity_pairs for each statement execute function note_removed_rows();

create table api_keys (
  id text collate "C" not null,
  name text not null,
  scopes text[] not null,
  secret_hash bytea not null,
  created_at timestamp with time zone default now() not null,
  revoked_at timestamp with time zone,
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint api_keys_pkey primary key (id)
);

create table audit_log (
  id bigint generated always as identity not null,
  at timestamp with time zone default now() not null,
  actor_kind text collate "C" not null,
  actor_name text,
  key_id text collate "C",
  action text collate "C" not null,
  target text collate "C",
  details jsonb default '{}'::jsonb not null,
  ip text,
  constraint audit_log_pkey primary key (id)
);
create index audit_log_action on audit_log using btree (action, id);
create index audit_log_at on audit_log using btree (at);
create index audit_log_target on audit_log using btree (target, id) where (target is not null);

create table dead_letters (
  id bigint generated always as identity not null,
  source text not null,
  digest bytea not null,
  event_id text,
  event_type text,
  user_id text collate "C",
  org_id text collate "C",
  errors jsonb not null,
  body bytea,
  attempts integer default 1 not null,
  received_at timestamp with time zone not null,
  last_at timestamp with time zone not null,
  message_at timestamp with time zone,
  sender_kind text default 'api'::text not null,
  sender text not null,
  mentions bigint[],
  is_readable boolean default true not null,
  constraint dead_letters_pkey primary key (id),
  constraint dead_letters_source_digest_key unique (source, digest)
);
create index dead_letters_in_doubt on dead_letters using btree (id) where ((body is not null) and (not is_readable));
create index dead_letters_last_at on dead_letters using btree (last_at, id);
create index dead_letters_mentions on dead_letters using gin (mentions) with (fastupdate=off);
create index dead_letters_message on dead_letters using btree (source, event_id);
create index dead_letters_org_id on dead_letters using btree (org_id);
create index dead_letters_unread on dead_letters using btree (id) where ((body is not null) and (mentions is null));
create index dead_letters_user_id on dead_letters using btree (user_id);

create table erased_domains (
  user_key integer not null,
  domain bytea,
  parents bytea[] not null,
  stamp bytea not null,
  constraint erased_domains_pkey primary key (user_key)
);
create trigger note_inserted after insert on erased_domains referencing new table as changed for each statement execute function note_changed_domains();
create trigger note_updated after update on erased_domains referencing new table as changed for each statement execute function note_changed_domains();

create table event_identities (
  source text collate "C" not null,
  event_id text collate "C" not null,
  received_at timestamp with time zone default now() not null,
  constraint event_identities_pkey primary key (source, event_id)
);
create index event_identities_received_at on event_identities using brin (received_at);

create table excluded_orgs (
  block integer not null,
  bits bit(4096) not null,
  constraint excluded_orgs_pkey primary key (block)
) with (fillfactor=50);

create table excluded_users (
  block integer not null,
  bits bit(4096) not null,
  constraint excluded_users_pkey primary key (block)
) with (fillfactor=50);

create table exclusion_rules (
  kind text collate "C" not null,
  value text collate "C" not null,
  hash bytea,
  key integer,
  place integer not null,
  constraint exclusion_rules_pkey primary key (kind, value),
  constraint exclusion_rules_kind_check check ((kind = any (array['domain'::text, 'subdomains'::text, 'user'::text, 'org'::text])))
);
create index exclusion_rules_hash on exclusion_rules using btree (hash, kind) where (hash is not null);
create index exclusion_rules_key on exclusion_rules using btree (key, kind) where (key is not null);

create table exclusions (
  id integer default 1 not null,
  version integer default 0 not null,
  changes bigint default 0 not null,
  constraint exclusions_pkey primary key (id),
  constraint exclusions_id_check check ((id = 1))
);

create table fact_changes (
  at xid8 default pg_current_xact_id() not null,
  noted_at timestamp with time zone default now() not null,
  fact text not null,
  keys integer[],
  org_keys integer[]
);
create index fact_changes_at on fact_changes using btree (at);
create trigger note_removed after delete on fact_changes referencing old table as removed for each statement execute function note_removed_changes();

create table import_checkpoints (
  source text not null,
  state jsonb not null,
  saved_at timestamp with time zone default now() not null,
  constraint import_checkpoints_pkey primary key (source)
);

create table instance (
  id integer default 1 not null,
  installed_at timestamp with time zone default now() not null,
  invitee_hash_key bytea,
  invitee_hash_fingerprint bytea,
  distribution text,
  constraint instance_pkey primary key (id),
  constraint instance_distribution_check check ((distribution = any (array['begun'::text, 'complete'::text]))),
  constraint instance_id_check check ((id = 1))
);

create table invites (
  inviter_key integer not null,
  invitee_hash bytea not null,
  at timestamp with time zone not null,
  org_key integer not null,
  constraint invites_pkey primary key (inviter_key, invitee_hash, at, org_key)
);
create index invites_at on invites using btree (at);
create trigger note_inserted after insert on invites referencing new table as changed for each statement execute function note_changed_invites();
create trigger note_removed after delete or update on invites for each statement execute function note_removed_rows();

create table last_active (
  block integer not null,
  seconds bytea storage plain not null,
  constraint last_active_pkey primary key (block)
) with (fillfactor=50);

create table memberships (
  user_key integer not null,
  org_key integer not null,
  steps bytea not null,
  constraint memberships_pkey primary key (user_key, org_key)
);
create index memberships_org_key on memberships using btree (org_key);
create trigger note_inserted after insert on memberships referencing new table as changed for each statement execute function note_changed_memberships();
create trigger note_removed after delete or update of user_key, org_key on memberships for each statement execute function note_removed_rows();
create trigger note_updated after update on memberships referencing new table as changed for each statement execute function note_changed_memberships();

create table named_activity (
  day date not null,
  block integer not null,
  bits bit(4096) not null,
  constraint named_activity_pkey primary key (day, block)
) with (fillfactor=90);
create trigger note_removed after delete or update of day, block on named_activity for each statement execute function note_removed_rows();

create table org_activity (
  day date not null,
  block integer not null,
  bits bit(4096) not null,
  constraint org_activity_pkey primary key (day, block)
) with (fillfactor=70);

create table org_ids (
  id integer generated by default as identity not null,
  org_id text collate "C" not null,
  token integer default ((floor((random() * ('4294967296'::bigint)::double precision)) - ('2147483648'::bigint)::double precision))::integer not null,
  constraint org_ids_pkey primary key (id),
  constraint org_ids_org_id unique (org_id) include (id)
);
create trigger note_removed after delete or update of id, org_id on org_ids for each statement execute function note_removed_rows();

create table org_traits (
  org_key integer not null,
  key text collate "C" not null,
  value jsonb,
  stamp bytea not null,
  constraint org_traits_pkey primary key (org_key, key)
);
create trigger note_deleted_values after delete on org_traits referencing old table as changed for each statement execute function note_changed_org_values();
create trigger note_inserted_values after insert on org_traits referencing new table as changed for each statement execute function note_changed_org_values();
create trigger note_removed after update of org_key, key on org_traits for each statement execute function note_removed_rows();
create trigger note_updated_values after update on org_traits referencing old table as before new table as changed for each statement execute function note_updated_org_traits();

create table orgs (
  id integer not null,
  created_at timestamp with time zone,
  deleted_at timestamp with time zone,
  deleted_stamp bytea,
  name text,
  name_stamp bytea,
  constraint orgs_pkey primary key (id)
);
create index orgs_created_at on orgs using btree (created_at, id);
create index orgs_deleted on orgs using btree (id) where (deleted_stamp is not null);
create trigger note_inserted after insert on orgs referencing new table as changed for each statement execute function note_changed_subjects();
create trigger note_removed after delete or update of id on orgs for each statement execute function note_removed_rows();
create trigger note_updated after update on orgs referencing new table as changed for each statement execute function note_changed_subjects();

create table report_runs (
  id integer generated always as identity not null,
  run_id uuid default gen_random_uuid() not null,
  report_time timestamp with time zone not null,
  as_of boolean not null,
  state text default 'queued'::text not null,
  attempt integer default 0 not null,
  lease_until timestamp with time zone,
  queued_at timestamp with time zone default now() not null,
  started_at timestamp with time zone,
  completed_at timestamp with time zone,
  failed_at timestamp with time zone,
  error text,
  row_counts jsonb,
  pruned_at timestamp with time zone,
  withdrawn_at timestamp with time zone,
  interrupted integer default 0 not null,
  exclusions_version integer default 0 not null,
  constraint report_runs_pkey primary key (id),
  constraint report_runs_run_id_key unique (run_id),
  constraint report_runs_state_check check ((state = any (array['queued'::text, 'running'::text, 'completed'::text, 'failed'::text, 'withdrawn'::text])))
);
create unique index report_runs_moment on report_runs using btree (report_time) where ((not as_of) and (state <> 'withdrawn'::text));
create index report_runs_served on report_runs using btree (report_time desc, id desc) where (state = 'completed'::text);
create unique index report_runs_waiting_day on report_runs using btree (report_time) where (as_of and (state = 'queued'::text) and (attempt = 0));

create table segments (
  id uuid default gen_random_uuid() not null,
  name text not null,
  subject text collate "C" not null,
  conditions jsonb not null,
  created_at timestamp with time zone default now() not null,
  changed_at timestamp with time zone default now() not null,
  constraint segments_pkey primary key (id),
  constraint segments_subject_check check ((subject = any (array['user'::text, 'org'::text])))
);

create table sessions (
  token_hash bytea not null,
  key_id text collate "C",
  key_hash bytea,
  expires_at timestamp with time zone not null,
  issuer text,
  email text,
  person_name text,
  constraint sessions_pkey primary key (token_hash),
  constraint sessions_of_key_or_person check ((((key_id is null) = (key_hash is null)) and ((email is null) = (issuer is null)) and ((key_id is null) <> (email is null))))
);
create index sessions_expires_at on sessions using btree (expires_at);

create table sign_in_codes (
  code_hash bytea not null,
  key_id text collate "C" not null,
  key_hash bytea not null,
  expires_at timestamp with time zone not null,
  constraint sign_in_codes_pkey primary key (code_hash)
);

create table snapshots (
  subject text storage plain not null,
  report text storage plain not null,
  "interval" text storage plain not null,
  report_id uuid not null,
  total integer not null,
  width integer not null,
  first integer not null,
  entries bytea storage plain not null,
  constraint snapshots_pkey primary key (subject, report, "interval", first)
);

create table source_counts (
  hour timestamp with time zone not null,
  kind text not null,
  source text collate "C" not null,
  type text collate "C" not null,
  outcome text not null,
  count bigint not null,
  last_at timestamp with time zone not null,
  reason text default ''::text not null,
  constraint source_counts_pkey primary key (hour, kind, source, type, outcome, reason)
);

create table source_lookups (
  id bigint generated always as identity not null,
  source text not null,
  event_id text not null,
  kind text not null,
  subject text collate "C" not null,
  attempts integer default 0 not null,
  next_at timestamp with time zone default now() not null,
  added_at timestamp with time zone default now() not null,
  error text,
  received_at timestamp with time zone,
  constraint source_lookups_pkey primary key (id),
  constraint source_lookups_source_event_id_key unique (source, event_id),
  constraint source_lookups_kind_check check ((kind = any (array['user'::text, 'org'::text])))
);
create index source_lookups_next_at on source_lookups using btree (next_at);

create table store_calendar (
  id integer default 1 not null,
  time_zone text not null,
  constraint store_calendar_pkey primary key (id),
  constraint store_calendar_id_check check ((id = 1))
);

create table subscription_baselines (
  subscription_id uuid not null,
  report_id uuid not null,
  width integer not null,
  entries bytea storage external not null,
  constraint subscription_baselines_pkey primary key (subscription_id)
);

create table subscription_deliveries (
  id uuid not null,
  "position" bigint generated always as identity not null,
  subscription_id uuid not null,
  message_id uuid not null,
  kind text collate "C" not null,
  part integer not null,
  parts integer not null,
  first_row integer not null,
  row_count integer not null,
  state text collate "C" default 'waiting'::text not null,
  attempts integer default 0 not null,
  next_attempt_at timestamp with time zone default now() not null,
  claims integer default 0 not null,
  lease_until timestamp with time zone,
  status integer,
  error text,
  accepted jsonb,
  created_at timestamp with time zone default now() not null,
  ended_at timestamp with time zone,
  constraint subscription_deliveries_pkey primary key (id),
  constraint subscription_deliveries_kind_check check ((kind = any (array['change'::text, 'test'::text]))),
  constraint subscription_deliveries_state_check check ((state = any (array['waiting'::text, 'delivered'::text, 'given_up'::text])))
);
create index subscription_deliveries_ended on subscription_deliveries using btree (ended_at) where (state <> 'waiting'::text);
create index subscription_deliveries_given_up on subscription_deliveries using btree (subscription_id) where (state = 'given_up'::text);
create index subscription_deliveries_message on subscription_deliveries using btree (message_id);
create index subscription_deliveries_order on subscription_deliveries using btree (subscription_id, "position");
create index subscription_deliveries_waiting on subscription_deliveries using btree (subscription_id, "position") where (state = 'waiting'::text);

create table subscription_messages (
  id uuid not null,
  subscription_id uuid not null,
  from_run uuid,
  from_time timestamp with time zone,
  to_run uuid,
  to_time timestamp with time zone,
  report text collate "C" not null,
  "interval" text collate "C" not null,
  rebased boolean not null,
  is_digest boolean not null,
  entered_count integer not null,
  entered_report uuid,
  entered_width integer not null,
  entered bytea storage external not null,
  left_count integer not null,
  left_report uuid,
  left_width integer not null,
  "left" bytea storage external not null,
  created_at timestamp with time zone default now() not null,
  constraint subscription_messages_pkey primary key (id)
);
create index subscription_messages_subscription on subscription_messages using btree (subscription_id);

create table subscriptions (
  id uuid default gen_random_uuid() not null,
  name text not null,
  report text collate "C" not null,
  "interval" text collate "C" not null,
  conditions jsonb,
  segment uuid,
  change text collate "C" not null,
  schedule jsonb not null,
  target jsonb not null,
  secret text,
  previous_secret text,
  previous_until timestamp with time zone,
  state text collate "C" default 'active'::text not null,
  ended_reason text,
  next_at timestamp with time zone,
  takes_first_run boolean default false not null,
  baseline_run uuid,
  baseline_time timestamp with time zone,
  baseline_exclusions integer,
  baseline_definition text,
  created_at timestamp with time zone default now() not null,
  changed_at timestamp with time zone default now() not null,
  constraint subscriptions_pkey primary key (id),
  constraint subscriptions_change_check check ((change = any (array['both'::text, 'entered'::text, 'left'::text]))),
  constraint subscriptions_state_check check ((state = any (array['active'::text, 'paused'::text, 'ended'::text])))
);
create index subscriptions_segment on subscriptions using btree (segment) where (segment is not null);

create table used_sign_ins (
  flow_hash bytea not null,
  expires_at timestamp with time zone not null,
  constraint used_sign_ins_pkey primary key (flow_hash)
);

create table user_ids (
  id integer generated by default as identity not null,
  user_id text collate "C" not null,
  token integer default ((floor((random() * ('4294967296'::bigint)::double precision)) - ('2147483648'::bigint)::double precision))::integer not null,
  constraint user_ids_pkey primary key (id),
  constraint user_ids_user_id unique (user_id) include (id)
);
create trigger note_removed after delete or update of id, user_id on user_ids for each statement execute function note_removed_rows();

create table user_profiles (
  user_key integer not null,
  email text,
  email_stamp bytea,
  username text,
  username_stamp bytea,
  first_name text,
  first_name_stamp bytea,
  last_name text,
  last_name_stamp bytea,
  signup_query_parameters jsonb,
  signup_query_parameters_stamp bytea,
  email_domain text collate "C",
  constraint user_profiles_pkey primary key (user_key)
);
create trigger note_deleted_values after delete on user_profiles referencing old table as changed for each statement execute function note_changed_user_values();
create trigger note_inserted after insert on user_profiles referencing new table as changed for each statement execute function note_changed_domains();
create trigger note_inserted_values after insert on user_profiles referencing new table as changed for each statement execute function note_changed_user_values();
create trigger note_removed after update of user_key on user_profiles for each statement execute function note_removed_rows();
create trigger note_updated after update on user_profiles referencing new table as changed for each statement execute function note_changed_domains();
create trigger note_updated_values after update on user_profiles referencing old table as before new table as changed for each statement execute function note_updated_profiles();

create table user_traits (
  user_key integer not null,
  key text collate "C" not null,
  value jsonb,
  stamp bytea not null,
  constraint user_traits_pkey primary key (user_key, key)
);
create trigger note_deleted_values after delete on user_traits referencing old table as changed for each statement execute function note_changed_user_values();
create trigger note_inserted_values after insert on user_traits referencing new table as changed for each statement execute function note_changed_user_values();
create trigger note_removed after update of user_key, key on user_traits for each statement execute function note_removed_rows();
create trigger note_updated_values after update on user_traits referencing old table as before new table as changed for each statement execute function note_updated_user_traits();

create table users (
  id integer not null,
  created_at timestamp with time zone,
  deleted_at timestamp with time zone,
  deleted_stamp bytea,
  constraint users_pkey primary key (id)
) with (fillfactor=80);
create index users_created_at on users using btree (created_at, id);
create index users_deleted on users using btree (id) where (deleted_stamp is not null);
create trigger note_inserted after insert on users referencing new table as changed for each statement execute function note_changed_subjects();
create trigger note_removed after delete or update of id on users for each statement execute function note_removed_rows();
create trigger note_updated after update on users referencing new table as changed for each statement execute function note_changed_subjects();
