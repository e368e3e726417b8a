-- Whether the facts are distributed over nodes of Citus: `begun` while `insightd distribute` works, then `complete`.
alter table instance add column distribution text check (distribution in ('begun', 'complete'));

-- Rows written before tokens existed had none; the number of their transaction stood for it, which nodes do not share.
update user_ids set token = (floor(random() * 4294967296) - 2147483648)::int where token is null;
update org_ids set token = (floor(random() * 4294967296) - 2147483648)::int where token is null;
alter table user_ids alter column token set not null;
alter table org_ids alter column token set not null;

-- Which users the current rules exclude. Reads the tables of users one by one: on Citus, tables of the coordinator cannot
-- be joined with distributed ones in a subquery, and functions in SQL cannot pass their parameters on.
create or replace function excluded_among(keys int[]) returns table (key int, is_excluded boolean)
language plpgsql stable set search_path from current as $$
#variable_conflict use_column
begin
  return query with profile as materialized (
    select user_key, email_domain from user_profiles where user_key = any(keys) and email_domain is not null
  ), erased as materialized (
    select user_key, domain, parents from erased_domains where user_key = any(keys)
  ), excluded as (
    select r.key from exclusion_rules r where r.kind = 'user' and r.key = any(keys)
    union
    select p.user_key from profile p join exclusion_rules r on r.kind = 'domain' and r.value = p.email_domain
    union
    select p.user_key from profile p
    join exclusion_rules r on r.kind = 'subdomains' and r.value = any(parent_domains(p.email_domain))
    union
    select e.user_key from erased e join exclusion_rules r on r.kind = 'domain' and r.hash = e.domain
    union
    select e.user_key from erased e join exclusion_rules r on r.kind = 'subdomains' and r.hash = any(e.parents)
  )
  select u.key, x.key is not null
  from (select distinct unnest(keys) as key) u left join excluded x on x.key = u.key;
end$$;

create or replace function apply_exclusions(keys int[]) returns void
language plpgsql set search_path from current as $$
declare
  changed int[];
  blocks int[];
  added text[];
  removed text[];
begin
  select array_agg(u.key) into changed
  from excluded_among(keys) u left join excluded_users x on x.block = u.key >> 12
  where u.is_excluded <> (coalesce(get_bit(x.bits, u.key & 4095), 0) = 1);
  if changed is null then return; end if;
  -- Before the blocks, so that concurrent writers lock in one order.
  update exclusions set changes = changes + 1;
  select array_agg(b.block order by b.block), array_agg(b.added::text order by b.block),
    array_agg(b.removed::text order by b.block)
  into blocks, added, removed
  from (
    select u.key >> 12 as block, bit_or(set_bit(0::bit(4096), u.key & 4095, u.is_excluded::int)) as added,
      bit_or(set_bit(0::bit(4096), u.key & 4095, (not u.is_excluded)::int)) as removed
    from excluded_among(changed) u group by u.key >> 12
  ) b;
  insert into excluded_users (block, bits)
  select b.block, 0::bit(4096) from unnest(blocks) as b (block) order by b.block
  on conflict (block) do nothing;
  for i in 1 .. cardinality(blocks) loop
    update excluded_users set bits = (bits | added[i]::bit(4096)) & ~removed[i]::bit(4096) where block = blocks[i];
  end loop;
  insert into activity_changes (user_keys) values (changed);
end$$;
