-- The rule for memberships with an unknown start has changed: the activity of all orgs is derived again.
insert into activity_changes (day) select null from (select from memberships limit 1) known;
