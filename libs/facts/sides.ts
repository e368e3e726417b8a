/** The same of users and of orgs. */
export interface Sides<S> {
  users: S;
  orgs: S;
}
