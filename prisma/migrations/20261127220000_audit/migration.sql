alter table api_keys
  add expires_at   timestamptz,
  add last_used_at timestamptz;

-- A session belongs to a key, or to a person who signed in by OpenID Connect.
alter table sessions
  alter key_id drop not null,
  alter key_hash drop not null,
  add issuer      text,
  add email       text,
  add person_name text,
  add constraint sessions_of_key_or_person check (
    (key_id is null) = (key_hash is null) and (email is null) = (issuer is null) and (key_id is null) <> (email is null)
  );

-- Sign-ins by OpenID Connect that were completed or failed, until they would have expired: each works once.
create table used_sign_ins (
  flow_hash  bytea primary key,
  expires_at timestamptz not null
);

-- Who signed in, and who changed, exported or erased what.
create table audit_log (
  id         bigint generated always as identity primary key,
  at         timestamptz not null default now(),
  actor_kind text collate "C" not null,
  actor_name text,
  key_id     text collate "C",
  action     text collate "C" not null,
  target     text collate "C",
  details    jsonb not null default '{}',
  ip         text
);
create index audit_log_at on audit_log (at);
create index audit_log_action on audit_log (action, id);
create index audit_log_target on audit_log (target, id) where target is not null;
