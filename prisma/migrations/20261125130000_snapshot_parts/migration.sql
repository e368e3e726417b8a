-- A list is stored in parts, one row each, that fill a page of the table: COPY writes them four times as fast as one value
-- of megabytes, which PostgreSQL cuts into pieces of 2 kB with an index entry each. A part holds whole entries, and no
-- value is moved out of its row or compressed.
drop table snapshots;
create table snapshots (
  subject    text not null,
  report     text not null,
  "interval" text not null,
  report_id  uuid not null,
  -- Entries of the whole list, and bytes an entry.
  total      int not null,
  width      int not null,
  -- The position of the part's first entry, from 0.
  first      int not null,
  entries    bytea not null,
  primary key (subject, report, "interval", first)
);
alter table snapshots alter column subject set storage plain;
alter table snapshots alter column report set storage plain;
alter table snapshots alter column "interval" set storage plain;
alter table snapshots alter column entries set storage plain;

-- Existing snapshots are cut into parts.
do $$
declare
  run text;
begin
  for run in
    select c.relname from pg_class c
    where c.relkind = 'r' and c.relname ~ '^snapshots_run_[0-9]+$'
      and c.relnamespace = current_schema()::regnamespace
  loop
    execute format('alter table %I rename to snapshots_whole', run);
    execute format('create table %I (like snapshots including all)', run);
    execute format('
      insert into %I (subject, report, "interval", report_id, total, width, first, entries)
      select subject, report, "interval", report_id, total, width, part * (7920 / width),
        substring(entries from part * 7920 + 1 for 7920)
      from snapshots_whole,
        lateral (select case when report = ''numbers'' then 8 when total = 0 then 4
          else length(entries) / total end as width) packed,
        generate_series(0, greatest(length(entries) - 1, 0) / 7920) part', run);
    drop table snapshots_whole;
  end loop;
end$$;
