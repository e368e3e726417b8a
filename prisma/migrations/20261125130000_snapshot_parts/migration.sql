-- A list is kept in parts, a row each, that fill a page of the table: COPY writes them four times as fast
-- as one value of megabytes, which PostgreSQL cuts into pieces of 2 kB with an entry in an index each. A
-- part holds whole entries, and no value is ever moved out of its row or compressed.
drop table snapshots;
create table snapshots (
  subject    text not null,
  report     text not null,
  "interval" text not null,
  report_id  uuid not null,
  -- Of the whole list, and bytes of each entry.
  total      int not null,
  width      int not null,
  -- The place of the part's first entry, from 0.
  first      int not null,
  entries    bytea not null,
  primary key (subject, report, "interval", first)
);
alter table snapshots alter column subject set storage plain;
alter table snapshots alter column report set storage plain;
alter table snapshots alter column "interval" set storage plain;
alter table snapshots alter column entries set storage plain;

-- The driver that hands this over cuts it at every semicolon: within the block each is written \x3b.
do E'
declare
  run text\x3b
begin
  for run in
    select c.relname from pg_class c
    where c.relkind = \'r\' and c.relname ~ \'^snapshots_run_[0-9]+$\'
      and c.relnamespace = current_schema()::regnamespace
  loop
    execute format(\'alter table %I rename to snapshots_whole\', run)\x3b
    execute format(\'create table %I (like snapshots including all)\', run)\x3b
    execute format(\'
      insert into %I (subject, report, "interval", report_id, total, width, first, entries)
      select subject, report, "interval", report_id, total, width, part * (7920 / width),
        substring(entries from part * 7920 + 1 for 7920)
      from snapshots_whole,
        lateral (select case when report = \'\'numbers\'\' then 8 when total = 0 then 4
          else length(entries) / total end as width) packed,
        generate_series(0, greatest(length(entries) - 1, 0) / 7920) part\', run)\x3b
    drop table snapshots_whole\x3b
  end loop\x3b
end';
