-- Traits of users and orgs, a row per key. A null value is a trait that was cleared: its stamp still decides which
-- events came later.
create table user_traits (
  user_key int not null,
  key      text collate "C" not null,
  value    jsonb,
  stamp    bytea not null,
  primary key (user_key, key)
);

create table org_traits (
  org_key int not null,
  key     text collate "C" not null,
  value   jsonb,
  stamp   bytea not null,
  primary key (org_key, key)
);

-- Why calls were unused and traits were dropped. Empty where no reason is given.
alter table source_counts add column reason text not null default '';
alter table source_counts drop constraint source_counts_pkey;
alter table source_counts add primary key (hour, kind, source, type, outcome, reason);
