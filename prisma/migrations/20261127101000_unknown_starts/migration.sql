-- An unknown start of a membership reaches back to another step than before: on which days orgs were active is
-- derived again.
insert into activity_changes (day) select null from (select from memberships limit 1) known;
