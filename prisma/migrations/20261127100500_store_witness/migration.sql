-- A random token for each id added from now on: a process that caches keys compares the latest token to see whether the
-- store has been restored or replaced. Existing rows are not rewritten.
alter table user_ids add column token int;
alter table user_ids alter column token set default (floor(random() * 4294967296) - 2147483648)::int;
alter table org_ids add column token int;
alter table org_ids alter column token set default (floor(random() * 4294967296) - 2147483648)::int;

-- insightd never removes an id or changes its key; a restore in place does.
create trigger note_removed after delete or update of id, user_id on user_ids
  for each statement execute function note_removed_rows();
create trigger note_removed after delete or update of id, org_id on org_ids
  for each statement execute function note_removed_rows();

-- insightd deletes changes older than a day. Younger ones are removed only by a restore, which replaces the store's state.
create function note_removed_changes() returns trigger language plpgsql set search_path from current as $$
begin
  insert into fact_changes (fact)
  select tg_table_name from removed where noted_at > now() - interval '12 hours' having count(*) > 0;
  return null;
end$$;
create trigger note_removed after delete on fact_changes referencing old table as removed
  for each statement execute function note_removed_changes();
