-- Saved segments: conditions on users or on orgs.
create table segments (
  id         uuid primary key default gen_random_uuid(),
  name       text not null,
  subject    text collate "C" not null check (subject in ('user', 'org')),
  conditions jsonb not null,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now()
);

-- Processes keep in memory which users and orgs satisfy a condition, and evaluate only changed ones again.
create function note_changed_user_values() returns trigger language plpgsql set search_path from current as $$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(distinct user_key) from changed having count(*) > 0;
  return null;
end$$;

create function note_changed_org_values() returns trigger language plpgsql set search_path from current as $$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(distinct org_key) from changed having count(*) > 0;
  return null;
end$$;

-- Many updates repeat the values, such as each "identify" call of a browser.
create function note_updated_profiles() returns trigger language plpgsql set search_path from current as $$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(user_key)
  from changed join before using (user_key)
  where changed.email_domain is distinct from before.email_domain
    or changed.signup_query_parameters is distinct from before.signup_query_parameters
  having count(*) > 0;
  return null;
end$$;

create function note_updated_user_traits() returns trigger language plpgsql set search_path from current as $$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(distinct user_key)
  from changed join before using (user_key, key)
  where changed.value is distinct from before.value
  having count(*) > 0;
  return null;
end$$;

create function note_updated_org_traits() returns trigger language plpgsql set search_path from current as $$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(distinct org_key)
  from changed join before using (org_key, key)
  where changed.value is distinct from before.value
  having count(*) > 0;
  return null;
end$$;

create trigger note_inserted_values after insert on user_profiles referencing new table as changed
  for each statement execute function note_changed_user_values();
create trigger note_updated_values after update on user_profiles referencing old table as before new table as changed
  for each statement execute function note_updated_profiles();
create trigger note_deleted_values after delete on user_profiles referencing old table as changed
  for each statement execute function note_changed_user_values();
create trigger note_inserted_values after insert on user_traits referencing new table as changed
  for each statement execute function note_changed_user_values();
create trigger note_updated_values after update on user_traits referencing old table as before new table as changed
  for each statement execute function note_updated_user_traits();
create trigger note_deleted_values after delete on user_traits referencing old table as changed
  for each statement execute function note_changed_user_values();
create trigger note_inserted_values after insert on org_traits referencing new table as changed
  for each statement execute function note_changed_org_values();
create trigger note_updated_values after update on org_traits referencing old table as before new table as changed
  for each statement execute function note_updated_org_traits();
create trigger note_deleted_values after delete on org_traits referencing old table as changed
  for each statement execute function note_changed_org_values();

-- insightd never changes a key, but an operator may, by hand.
create trigger note_removed after update of user_key on user_profiles
  for each statement execute function note_removed_rows();
create trigger note_removed after update of user_key, key on user_traits
  for each statement execute function note_removed_rows();
create trigger note_removed after update of org_key, key on org_traits
  for each statement execute function note_removed_rows();
