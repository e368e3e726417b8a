/** How an event changes a membership. */
export type StepKind = 'add' | 'remove' | 'role';
