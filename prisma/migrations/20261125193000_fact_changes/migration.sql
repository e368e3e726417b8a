-- Which rows of the facts were written by which transaction: a report run brings what the one before knew
-- up to date by these alone. Triggers write it, so that nobody can forget to. Whoever disables them to
-- restore data stops the workers first.
create table fact_changes (
  -- The transaction, whose number is compared with those of pictures of the store.
  at       xid8 not null default pg_current_xact_id(),
  noted_at timestamptz not null default now(),
  fact     text not null,
  -- Of users and orgs their own, of memberships the users', of invites the inviters'. None: rows were removed.
  keys     int[],
  -- Of memberships alone, as many.
  org_keys int[]
);
create index fact_changes_at on fact_changes (at);

-- The oldest entry that is kept says from when on none is missing.
insert into fact_changes (fact, keys) values ('none', '{}');

-- The driver that hands this over cuts it at every semicolon: within a function each is written \x3b.
create function note_changed_subjects() returns trigger language plpgsql set search_path from current as E'
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(id) from changed having count(*) > 0\x3b
  return null\x3b
end';

create function note_changed_memberships() returns trigger language plpgsql set search_path from current as E'
begin
  insert into fact_changes (fact, keys, org_keys)
  select tg_table_name, array_agg(user_key), array_agg(org_key) from changed having count(*) > 0\x3b
  return null\x3b
end';

create function note_changed_invites() returns trigger language plpgsql set search_path from current as E'
begin
  insert into fact_changes (fact, keys)
  select tg_table_name, array_agg(distinct inviter_key) from changed having count(*) > 0\x3b
  return null\x3b
end';

create function note_removed_rows() returns trigger language plpgsql set search_path from current as E'
begin
  insert into fact_changes (fact) values (tg_table_name)\x3b
  return null\x3b
end';

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

-- We remove no row, and give none another key: somebody may, by hand.
create trigger note_removed after delete or update of id on users
  for each statement execute function note_removed_rows();
create trigger note_removed after delete or update of id on orgs
  for each statement execute function note_removed_rows();
create trigger note_removed after delete or update of user_key, org_key on memberships
  for each statement execute function note_removed_rows();
create trigger note_removed after delete or update on invites
  for each statement execute function note_removed_rows();
