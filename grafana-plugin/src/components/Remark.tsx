import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2, type IconName } from '@grafana/ui';

interface Props {
  icon: IconName;
  title: string;
  detail?: string;
}

/** There is an incident, but nothing of it to draw. */
export function Remark({ icon, title, detail }: Props) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.remark} role="status">
      <Icon name={icon} size="xl" className={styles.detail} />
      <div>{title}</div>
      {detail && <div className={styles.detail}>{detail}</div>}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  remark: css({
    height: '100%',
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    justifyContent: 'center',
    gap: theme.spacing(0.5),
    textAlign: 'center',
    padding: theme.spacing(1),
  }),
  detail: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
