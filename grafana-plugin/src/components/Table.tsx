import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

interface Props {
  caption: string;
  columns: readonly string[];
  /** Columns of figures, by index: right-aligned. */
  figures?: readonly number[];
  rows: ReadonlyArray<readonly ReactNode[]>;
}

/** More rows than this help nobody and slow the page down. */
const MOST_ROWS = 200;

/** What a picture shows, as a table. */
export function Table({ caption, columns, figures = [], rows }: Props) {
  const styles = useStyles2(getStyles);
  const align = (column: number) => (figures.includes(column) ? styles.figure : undefined);
  return (
    <table className={styles.table}>
      <caption>
        {caption}
        {rows.length > MOST_ROWS && ` (the first ${MOST_ROWS} of ${rows.length}; the export has all)`}
      </caption>
      <thead>
        <tr>
          {columns.map((column, i) => (
            <th key={column} scope="col" className={align(i)}>
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, MOST_ROWS).map((row, i) => (
          <tr key={i}>
            {row.map((cell, j) => (
              <td key={j} className={align(j)}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  table: css({
    width: '100%',
    fontSize: theme.typography.bodySmall.fontSize,
    '& caption': {
      captionSide: 'top',
      padding: theme.spacing(0.5, 1),
      color: theme.colors.text.secondary,
      textAlign: 'left',
    },
    '& th, & td': {
      padding: theme.spacing(0.5, 1),
      borderBottom: `1px solid ${theme.colors.border.weak}`,
      textAlign: 'left',
      verticalAlign: 'top',
      overflowWrap: 'anywhere',
    },
    '& th': { color: theme.colors.text.secondary, fontWeight: theme.typography.fontWeightMedium },
  }),
  figure: css({ '&&': { textAlign: 'right', whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' } }),
});
