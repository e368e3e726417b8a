import { Empty } from './states.js';

/** Shown instead of a form to a reader without the scope `admin`. */
export function OnlyAdmins() {
  return (
    <section class="panel" aria-label="Administrators only">
      <Empty>
        <p>Only an administrator can do this.</p>
      </Empty>
    </section>
  );
}
