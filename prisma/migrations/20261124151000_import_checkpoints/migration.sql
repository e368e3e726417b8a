-- How far an import out of a source's own API has come, so that the next one goes on from there. The
-- row goes when the import is complete.
create table import_checkpoints (
  source   text primary key,
  state    jsonb not null,
  saved_at timestamptz not null default now()
);
