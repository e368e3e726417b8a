-- As for the other facts: insightd never removes a row or changes its key, but an operator may, by hand.
create trigger note_removed after delete or update of day, block on activity
  for each statement execute function note_removed_rows();
