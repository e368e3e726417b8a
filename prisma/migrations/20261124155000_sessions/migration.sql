-- Sign-ins to the web page. Of a token only the SHA-256 is stored. A session ends with the key it began with: key_hash
-- reveals that a key in the settings has been changed since.
create table sessions (
  token_hash bytea primary key,
  key_id     text collate "C" not null,
  key_hash   bytea not null,
  expires_at timestamptz not null
);
create index sessions_expires_at on sessions (expires_at);

-- One-time codes, valid for minutes, that stand for a key in a sign-in address.
create table sign_in_codes (
  code_hash  bytea primary key,
  key_id     text collate "C" not null,
  key_hash   bytea not null,
  expires_at timestamptz not null
);
