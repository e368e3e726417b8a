-- A random mark of each id whose number is given from now on: a process that keeps numbers in memory knows by the
-- latest of them whether the store is still the one that it read them from. Nothing is written into existing rows.
alter table user_ids add column token int;
alter table user_ids alter column token set default (floor(random() * 4294967296) - 2147483648)::int;
alter table org_ids add column token int;
alter table org_ids alter column token set default (floor(random() * 4294967296) - 2147483648)::int;

-- We remove no id, and give none another number: a restore in place does.
create trigger note_removed after delete or update of id, user_id on user_ids
  for each statement execute function note_removed_rows();
create trigger note_removed after delete or update of id, org_id on org_ids
  for each statement execute function note_removed_rows();

-- We forget changes of more than a day ago. Younger ones that are removed were of a state of the store that is no more.
create function note_removed_changes() returns trigger language plpgsql set search_path from current as E'
begin
  insert into fact_changes (fact)
  select tg_table_name from removed where noted_at > now() - interval ''12 hours'' having count(*) > 0\x3b
  return null\x3b
end';
create trigger note_removed after delete on fact_changes referencing old table as removed
  for each statement execute function note_removed_changes();
