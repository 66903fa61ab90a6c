import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Combobox, FilterInput, RadioButtonGroup, useStyles2, type ComboboxOption } from '@grafana/ui';

import { UNKNOWN } from '../data';

import { faultClassTitle } from '../data/faultClasses';

import type { IncidentFilter, IncidentRow } from './incidents';
import { words } from './text';

interface Props {
  /** All of the range, so that only what there is can be chosen. */
  rows: readonly IncidentRow[];
  filter: IncidentFilter;
  onChange: (filter: IncidentFilter) => void;
}

const STATES = [
  { value: '', label: 'All' },
  { value: 'open', label: 'Open' },
  { value: 'resolved', label: 'Resolved' },
];

export function IncidentFilters({ rows, filter, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const set = (part: Partial<IncidentFilter>) => onChange({ ...filter, ...part });
  return (
    <div className={styles.filters} role="search" aria-label="Filter incidents">
      <div className={styles.text}>
        <FilterInput aria-label="Search incidents" placeholder="Search" value={filter.text} onChange={(text) => set({ text })} escapeRegex={false} />
      </div>
      <RadioButtonGroup aria-label="State" options={STATES} value={filter.state} onChange={(state) => set({ state })} />
      <Combobox
        aria-label="SLO"
        placeholder="Any SLO"
        width={24}
        isClearable
        options={choices(rows.map((row) => row.slo), filter.slo, words)}
        value={filter.slo === '' ? null : filter.slo}
        onChange={(option: ComboboxOption | null) => set({ slo: option?.value ?? '' })}
      />
      <Combobox
        aria-label="Fault class"
        placeholder="Any fault class"
        width={24}
        isClearable
        options={choices(rows.map((row) => row.faultClass ?? UNKNOWN), filter.faultClass, faultClassTitle)}
        value={filter.faultClass === '' ? null : filter.faultClass}
        onChange={(option: ComboboxOption | null) => set({ faultClass: option?.value ?? '' })}
      />
    </div>
  );
}

// What an address asks for is offered too, though no incident has it.
function choices(values: readonly string[], chosen: string, title: (value: string) => string): ComboboxOption[] {
  return [...new Set([...values, chosen])]
    .filter((value) => value !== '')
    .sort((a, b) => a.localeCompare(b))
    .map((value) => ({ value, label: title(value) }));
}

const getStyles = (theme: GrafanaTheme2) => ({
  filters: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), alignItems: 'center' }),
  text: css({ width: 220 }),
});
