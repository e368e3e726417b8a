-- The search of users and orgs ignores case. `search_case` knows the case of letters outside of ASCII wherever the
-- server does, also in a database with the locale C: PostgreSQL's own tables (17 and later), else ICU, else the locales of
-- the operating system.
do $$
declare
  lc_ctype text;
begin
  if getdatabaseencoding() = 'UTF8' and current_setting('server_version_num')::int >= 170000 then
    execute 'create collation if not exists search_case (provider = builtin, locale = ''C.UTF-8'')';
    return;
  end if;
  if exists (
    select from pg_collation
    where collname = 'und-x-icu' and collnamespace = 'pg_catalog'::regnamespace
      and collencoding in (-1, pg_char_to_encoding(getdatabaseencoding())))
  then
    create collation if not exists search_case from pg_catalog."und-x-icu";
    return;
  end if;
  for lc_ctype in
    select unnest(array['C.UTF-8', 'C.utf8', 'en_US.UTF-8', d.datctype::text, 'C'])
    from pg_database d where d.datname = current_database()
  loop
    begin
      execute format('create collation if not exists search_case (provider = libc, lc_collate = ''C'', lc_ctype = %L)', lc_ctype);
      return;
    exception when others then
      -- The operating system does not have this locale, or not for the encoding of this database.
    end;
  end loop;
end$$;

-- A text, and the pattern that it is compared with, in lower case.
create or replace function search_text(value text) returns text
language sql immutable parallel safe
return lower(value collate search_case);

-- The domains of earlier e-mails, where lower() alone may have kept the case.
update user_profiles set email_domain = search_text(email_domain) where email_domain ~ '[^ -~]';

-- The fields of a user that are searched, as one text, separated by a control character.
create or replace function search_document(first_name text, last_name text, username text, email text) returns text
language sql immutable parallel safe
return search_text(
  coalesce(first_name, '') || chr(1) || coalesce(last_name, '') || chr(1)
  || coalesce(username, '') || chr(1) || coalesce(email, ''));

-- The indexes of the search need this extension. Without it, searches read all rows. `insightd migrate` and the start of
-- a service create the indexes when the extension exists.
do $$
begin
  create extension if not exists pg_trgm;
exception when others then
  raise notice 'pg_trgm was not installed: %', sqlerrm;
end$$;
