-- Sign-ins of the web page. Of a token only the SHA-256 is kept. A session holds as long as the key it
-- began with does: key_hash tells a key of the settings that has since been changed.
create table sessions (
  token_hash bytea primary key,
  key_id     text collate "C" not null,
  key_hash   bytea not null,
  expires_at timestamptz not null
);
create index sessions_expires_at on sessions (expires_at);

-- What stands for a key once, for minutes, so that an address can sign its reader in.
create table sign_in_codes (
  code_hash  bytea primary key,
  key_id     text collate "C" not null,
  key_hash   bytea not null,
  expires_at timestamptz not null
);
