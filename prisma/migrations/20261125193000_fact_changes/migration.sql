-- Which fact rows each transaction has written: a report run applies these alone to the in-memory copy of the run
-- before. Triggers write this table, so that no writer can forget to. Stop the workers before you disable the triggers
-- to restore data.
create table fact_changes (
  -- The transaction, compared with the read points of runs.
  at       xid8 not null default pg_current_xact_id(),
  noted_at timestamptz not null default now(),
  fact     text not null,
  -- Keys of users or orgs; of memberships the users', of invites the inviters'. Null: rows were removed.
  keys     int[],
  -- For memberships alone, one for each key.
  org_keys int[]
);
create index fact_changes_at on fact_changes (at);

-- From the oldest entry on, none is missing.
insert into fact_changes (fact, keys) values ('none', '{}');

create function note_changed_subjects() returns trigger language plpgsql set search_path from current as $$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(id) from changed having count(*) > 0;
  return null;
end$$;

create function note_changed_memberships() returns trigger language plpgsql set search_path from current as $$
begin
  insert into fact_changes (fact, keys, org_keys)
  select tg_table_name, array_agg(user_key), array_agg(org_key) from changed having count(*) > 0;
  return null;
end$$;

create function note_changed_invites() returns trigger language plpgsql set search_path from current as $$
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(distinct inviter_key) from changed having count(*) > 0;
  return null;
end$$;

create function note_removed_rows() returns trigger language plpgsql set search_path from current as $$
begin
  insert into fact_changes (fact) values (tg_table_name);
  return null;
end$$;

create trigger note_inserted after insert on users referencing new table as changed
  for each statement execute function note_changed_subjects();
create trigger note_updated after update on users referencing new table as changed
  for each statement execute function note_changed_subjects();
create trigger note_inserted after insert on orgs referencing new table as changed
  for each statement execute function note_changed_subjects();
create trigger note_updated after update on orgs referencing new table as changed
  for each statement execute function note_changed_subjects();
create trigger note_inserted after insert on memberships referencing new table as changed
  for each statement execute function note_changed_memberships();
create trigger note_updated after update on memberships referencing new table as changed
  for each statement execute function note_changed_memberships();
create trigger note_inserted after insert on invites referencing new table as changed
  for each statement execute function note_changed_invites();

-- insightd never removes a row or changes its key, but an operator may, by hand.
create trigger note_removed after delete or update of id on users
  for each statement execute function note_removed_rows();
create trigger note_removed after delete or update of id on orgs
  for each statement execute function note_removed_rows();
create trigger note_removed after delete or update of user_key, org_key on memberships
  for each statement execute function note_removed_rows();
create trigger note_removed after delete or update on invites
  for each statement execute function note_removed_rows();
