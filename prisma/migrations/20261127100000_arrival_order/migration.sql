-- A message that was rejected when it first arrived keeps the time of that receipt, however often it arrives again: it is
-- found by the identity of the message.
create index dead_letters_message on dead_letters (source, event_id);

-- When the message of a lookup was first received. Until now that was the time the lookup was added.
alter table source_lookups add column received_at timestamptz;
