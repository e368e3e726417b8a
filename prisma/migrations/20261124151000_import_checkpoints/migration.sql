-- How far an import from a source's API has come, so that the next import continues there. The row is deleted when the
-- import is complete.
create table import_checkpoints (
  source   text primary key,
  state    jsonb not null,
  saved_at timestamptz not null default now()
);
