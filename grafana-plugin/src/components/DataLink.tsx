import { css } from '@emotion/css';
import type { GrafanaTheme2, LinkModel } from '@grafana/data';
import { DataLinksContextMenu, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

import type { Origin } from '../data';

/** The data links of the panel's field options for a value; labels of its series can be used in them. */
export const linksOf = ({ field, row }: Origin): LinkModel[] => field.getLinks?.({ valueRowIndex: row }) ?? [];

interface Props {
  origin: Origin;
  label: string;
  children: ReactNode;
}

/** What leads to more about it: one data link is followed, of several a menu is offered, without any it is only text. */
export function DataLink({ origin, label, children }: Props) {
  const styles = useStyles2(getStyles);
  const links = linksOf(origin);
  const [first] = links;
  if (!first) {
    return <>{children}</>;
  }
  if (links.length === 1) {
    return (
      <a
        className={styles.link}
        href={first.href}
        target={first.target}
        rel={first.target === '_blank' ? 'noreferrer' : undefined}
        onClick={first.onClick}
        aria-label={`${label}: ${first.title}`}
      >
        {children}
      </a>
    );
  }
  return (
    <DataLinksContextMenu links={() => links}>
      {({ openMenu }) => (
        <button type="button" className={styles.button} onClick={openMenu} aria-label={`${label}: links`}>
          {children}
        </button>
      )}
    </DataLinksContextMenu>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  link: css({ color: theme.colors.text.link, '&:hover': { textDecoration: 'underline' } }),
  button: css({
    all: 'unset',
    cursor: 'pointer',
    color: theme.colors.text.link,
    '&:hover': { textDecoration: 'underline' },
    '&:focus-visible': { outline: `2px solid ${theme.colors.primary.main}`, outlineOffset: 2 },
  }),
});
