import { css } from '@emotion/css';
import type { ReactNode } from 'react';

/** Only for screen readers: what a picture shows, in words. */
export const Hidden = ({ children }: { children: ReactNode }) => <div className={hidden}>{children}</div>;

const hidden = css({
  position: 'absolute',
  width: 1,
  height: 1,
  margin: -1,
  padding: 0,
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
  border: 0,
});
