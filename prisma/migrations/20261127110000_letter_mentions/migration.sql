-- What a dead letter mentions: a 53-bit hash of every value, name and word in it, so that a deletion finds the letters
-- about its subject wherever the id, the address or the name stands. Null until the letter has been scanned; the first
-- worker or deletion after this migration scans the existing letters.
alter table dead_letters add column mentions bigint[];
-- False when the letter could not be scanned in full: it may mention any subject.
alter table dead_letters add column is_readable boolean not null default true;

-- fastupdate is off, because every search would scan the whole pending list.
create index dead_letters_mentions on dead_letters using gin (mentions) with (fastupdate = off);
create index dead_letters_in_doubt on dead_letters (id) where body is not null and not is_readable;
create index dead_letters_unread on dead_letters (id) where body is not null and mentions is null;
create index dead_letters_last_at on dead_letters (last_at, id);

-- The key for hashes of invitees' addresses may come from a setting instead: then only its fingerprint is stored here.
alter table instance alter column invitee_hash_key drop not null;
alter table instance add column invitee_hash_fingerprint bytea;

-- Event ids and sources that hold an address are stored as HMAC-SHA256 under the instance's key from now on, as
-- libs/facts/write/pseudonyms.ts computes it.
create function letters_pseudonym(given text, hash_key bytea) returns text language plpgsql as $$
declare
  inner_pad bytea := decode(repeat('36', 64), 'hex');
  outer_pad bytea := decode(repeat('5c', 64), 'hex');
begin
  if given !~* '@|\uff20|%40|\\u0040|&#64;|&#x40;|&commat;' then
    return given;
  end if;
  for place in 0 .. length(hash_key) - 1 loop
    inner_pad := set_byte(inner_pad, place, get_byte(inner_pad, place) # get_byte(hash_key, place));
    outer_pad := set_byte(outer_pad, place, get_byte(outer_pad, place) # get_byte(hash_key, place));
  end loop;
  return 'hash:' || substring(encode(
    sha256(outer_pad || sha256(inner_pad || convert_to('pseudonym ' || given, 'UTF8'))), 'hex') for 32);
end$$;

-- The version of a fact: 8 bytes of time, the event id, a NUL, the source.
create function letters_version(given bytea, hash_key bytea) returns bytea language plpgsql as $$
declare
  nul int := position('\x00'::bytea in substring(given from 9));
begin
  return substring(given for 8)
    || convert_to(letters_pseudonym(convert_from(substring(given from 9 for nul - 1), 'UTF8'), hash_key), 'UTF8')
    || '\x00'::bytea
    || convert_to(letters_pseudonym(convert_from(substring(given from 9 + nul), 'UTF8'), hash_key), 'UTF8');
end$$;

update event_identities set
  source = letters_pseudonym(source, invitee_hash_key),
  event_id = letters_pseudonym(event_id, invitee_hash_key)
from instance
where event_id ~* '@|\uff20|%40|\\u0040|&#' or source ~* '@|\uff20|%40|\\u0040|&#';
update source_lookups set event_id = letters_pseudonym(event_id, invitee_hash_key) from instance;
update users set deleted_stamp = letters_version(deleted_stamp, invitee_hash_key) from instance
where position('\x40'::bytea in deleted_stamp) > 0 or position('%40'::bytea in deleted_stamp) > 0;
update orgs set
  deleted_stamp = letters_version(deleted_stamp, invitee_hash_key),
  name_stamp = letters_version(name_stamp, invitee_hash_key)
from instance
where position('\x40'::bytea in deleted_stamp) > 0 or position('\x40'::bytea in name_stamp) > 0
  or position('%40'::bytea in deleted_stamp) > 0 or position('%40'::bytea in name_stamp) > 0;

drop function letters_version(bytea, bytea);
drop function letters_pseudonym(text, bytea);
