-- What follows the last @ of the e-mail, in lower case. Written with the e-mail.
alter table user_profiles add column email_domain text collate "C";
update user_profiles set email_domain = nullif(lower(substring(email from '@([^@]*)$')), '') where email is not null;

-- The e-mail domains of deleted users: keyed hashes of the domain and of its parent domains with two labels or more.
-- The domain is null when the e-mail has none. The version is that of the e-mail, which is erased.
create table erased_domains (
  user_key int primary key,
  domain   bytea,
  parents  bytea[] not null,
  stamp    bytea not null
);

-- Who is excluded from every number. `hash` is the keyed hash of a domain, `key` the key of a user or an org, `place`
-- the position in its list.
create table exclusion_rules (
  kind  text collate "C" not null check (kind in ('domain', 'subdomains', 'user', 'org')),
  value text collate "C" not null,
  hash  bytea,
  key   int,
  place int not null,
  primary key (kind, value)
);
create index exclusion_rules_hash on exclusion_rules (hash, kind) where hash is not null;
create index exclusion_rules_key on exclusion_rules (key, kind) where key is not null;

-- `version` is raised by every change of the rules, `changes` by every change of the excluded users and orgs.
create table exclusions (
  id      int primary key default 1 check (id = 1),
  version int not null default 0,
  changes bigint not null default 0
);
insert into exclusions default values;

-- The excluded users and orgs, one bit per key, in blocks of 4,096 keys.
create table excluded_users (
  block int primary key,
  bits  bit(4096) not null
) with (fillfactor = 50);
create table excluded_orgs (
  block int primary key,
  bits  bit(4096) not null
) with (fillfactor = 50);

-- The version of the rules that a run was made with. Earlier runs had no rules.
alter table report_runs add column exclusions_version int not null default 0;

-- `a.b.example.com` has the parents `b.example.com` and `example.com`. The DNS permits at most 127 labels; a longer name
-- has no parents, because the work is quadratic.
create function parent_domains(domain text) returns text[]
language sql immutable strict parallel safe as $$
  select coalesce(array_agg(array_to_string(labels[first:], '.')), '{}')
  from string_to_array(domain, '.') as labels, generate_series(2, cardinality(labels) - 1) as first
  where cardinality(labels) <= 127
$$;

-- Which users the current rules exclude.
create function excluded_among(keys int[]) returns table (key int, is_excluded boolean)
language sql stable set search_path from current as $$
  select u.key,
    exists (select from exclusion_rules r where r.kind = 'user' and r.key = u.key)
    or exists (
      select from user_profiles p join exclusion_rules r on r.kind = 'domain' and r.value = p.email_domain
      where p.user_key = u.key)
    or exists (
      select from user_profiles p
      join exclusion_rules r on r.kind = 'subdomains' and r.value = any(parent_domains(p.email_domain))
      where p.user_key = u.key)
    or exists (
      select from erased_domains e join exclusion_rules r on r.kind = 'domain' and r.hash = e.domain
      where e.user_key = u.key)
    or exists (
      select from erased_domains e
      join exclusion_rules r on r.kind = 'subdomains' and r.hash = any(e.parents)
      where e.user_key = u.key)
  from (select distinct unnest(keys) as key) u
$$;

-- Excludes users, or includes them again, by the current rules. Charts that depend on them are derived again.
create function apply_exclusions(keys int[]) returns void
language plpgsql set search_path from current as $$
declare
  changed int[];
begin
  select array_agg(u.key) into changed
  from excluded_among(keys) u left join excluded_users x on x.block = u.key >> 12
  where u.is_excluded <> (coalesce(get_bit(x.bits, u.key & 4095), 0) = 1);
  if changed is null then return; end if;
  -- Before the blocks, so that concurrent writers lock in one order.
  update exclusions set changes = changes + 1;
  with blocks as (
    select u.key >> 12 as block, bit_or(set_bit(0::bit(4096), u.key & 4095, u.is_excluded::int)) as added,
      bit_or(set_bit(0::bit(4096), u.key & 4095, (not u.is_excluded)::int)) as removed
    from excluded_among(changed) u group by u.key >> 12
  )
  insert into excluded_users as x (block, bits)
  select block, added from blocks order by block
  on conflict (block) do update
    set bits = (x.bits | excluded.bits) & ~(select removed from blocks where blocks.block = x.block);
  insert into activity_changes (user_keys) values (changed);
end$$;

-- Every change of an e-mail applies the rules for domains. A change of the rules locks both tables first.
create function note_changed_domains() returns trigger
language plpgsql set search_path from current as $$
begin
  if exists (select from exclusion_rules where kind in ('domain', 'subdomains')) then
    perform apply_exclusions(array(select user_key from changed));
  end if;
  return null;
end$$;
create trigger note_inserted after insert on user_profiles referencing new table as changed
  for each statement execute function note_changed_domains();
create trigger note_updated after update on user_profiles referencing new table as changed
  for each statement execute function note_changed_domains();
create trigger note_inserted after insert on erased_domains referencing new table as changed
  for each statement execute function note_changed_domains();
create trigger note_updated after update on erased_domains referencing new table as changed
  for each statement execute function note_changed_domains();
