import type { IndexOrg, IndexUser, OrgIndex, UserIndex } from '#libs/contracts';
import { Org, Person } from '../../components/names.js';
import { now } from '../../labels/clock.js';
import { dayOf, formatAgo, formatDay, formatMoment, formatNumber } from '../../labels/format.js';
import { INDEX_VALUES, type IndexValue } from '../../labels/index-values.js';
import { useDefinition } from '../../labels/terms.js';
import { SUBJECTS } from '../../labels/reports.js';
import { Link } from '../../routing/link.js';
import { changed, type Place } from '../../routing/location.js';
import { useIsNarrow } from '../../routing/narrow.js';
import type { IndexView } from './view.js';

interface Props {
  place: Place;
  view: IndexView;
  rows: UserIndex['rows'] | OrgIndex['rows'];
}

/** The rows of an index. A phone has room only for the value that decides the order. */
export function IndexTable({ place, view, rows }: Props) {
  const { subject, sort } = view;
  const isNarrow = useIsNarrow();
  const columns = isNarrow
    ? INDEX_VALUES[subject].filter(({ name }) => name === sort)
    : view.columns;
  return (
    <div class="scroll">
      <table class="index">
        <caption class="unseen">{SUBJECTS[subject]}</caption>
        <thead>
          <tr>
            <th scope="col">{subject === 'user' ? 'User' : 'Organization'}</th>
            {columns.map((column) => (
              <SortHead key={column.name} {...{ place, view, column }} />
            ))}
          </tr>
        </thead>
        <tbody>
          {(rows as readonly (IndexUser | IndexOrg)[]).map((row) => (
            <tr key={'user_id' in row ? row.user_id : row.org_id}>
              <th scope="row">{'user_id' in row ? <Person user={row} /> : <Org org={row} />}</th>
              {columns.map((column) => (
                <Cell
                  key={column.name}
                  column={column}
                  value={valuesOf(row)[column.name] ?? null}
                  isSorted={column.name === sort}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const valuesOf = (row: IndexUser | IndexOrg): Record<string, number | string | null> => row.values;

interface HeadProps {
  place: Place;
  view: IndexView;
  column: IndexValue;
}

/** A column head: a link that sorts by the column, and turns the order around when the list is sorted by it. */
function SortHead({
  place,
  view: { sort, isDescending },
  column: { name, title, term },
}: HeadProps) {
  const { props, meaning } = useDefinition(term);
  const isSorted = name === sort;
  const turnsUp = isSorted && isDescending;
  const order = isDescending ? 'descending' : 'ascending';
  return (
    <th scope="col" class="number" aria-sort={isSorted ? order : 'none'}>
      <Link
        class="sort"
        href={changed(place, { sort: name, order: turnsUp ? 'asc' : undefined, page: undefined })}
        {...props}
      >
        {title}
        {isSorted && <span aria-hidden="true">{isDescending ? ' ↓' : ' ↑'}</span>}
      </Link>
      {meaning}
    </th>
  );
}

interface CellProps {
  column: IndexValue;
  value: number | string | null;
  isSorted: boolean;
}

function Cell({ column: { kind }, value, isSorted }: CellProps) {
  const shown = isSorted ? 'number strong' : 'number';
  if (value === null) return <td class={shown}>–</td>;
  if (typeof value === 'string') return <td class={shown}>{formatDay(value)}</td>;
  if (kind === 'count') return <td class={shown}>{formatNumber(value)}</td>;
  return (
    <td class={shown} title={formatMoment(value)}>
      {kind === 'moment' ? formatAgo(value, now() / 1000) : formatDay(dayOf(value))}
    </td>
  );
}
