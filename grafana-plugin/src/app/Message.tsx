import { css } from '@emotion/css';
import type { GrafanaTheme2, IconName } from '@grafana/data';
import { Icon, useStyles2 } from '@grafana/ui';
import type { ReactNode } from 'react';

interface Props {
  icon: IconName;
  title: string;
  /** Good news. */
  calm?: boolean;
  children?: ReactNode;
}

/** Instead of what is not there. */
export function Message({ icon, title, calm = false, children }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.message} role="status">
      <Icon name={icon} size="xxxl" className={calm ? styles.calm : styles.icon} />
      <div className={styles.title}>{title}</div>
      <div className={styles.text}>{children}</div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  message: css({
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    textAlign: 'center',
    gap: theme.spacing(1),
    padding: theme.spacing(6, 2),
  }),
  icon: css({ color: theme.colors.text.secondary }),
  calm: css({ color: theme.colors.success.text }),
  title: css({ fontSize: theme.typography.h4.fontSize }),
  text: css({ color: theme.colors.text.secondary }),
});
