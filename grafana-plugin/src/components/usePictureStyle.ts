import { measureText, useTheme2 } from '@grafana/ui';
import { useMemo } from 'react';

import type { Measure } from './text';

/** What a drawing needs of the theme, so that it can be made without a page. */
export interface PictureStyle {
  fontFamily: string;
  background: string;
  card: string;
  border: string;
  strongBorder: string;
  text: string;
  secondaryText: string;
  accent: string;
  accentContrast: string;
  /** Width of a text of the given size and weight. */
  measure: (size: number, weight?: number) => Measure;
}

export function usePictureStyle(): PictureStyle {
  const { colors, typography } = useTheme2();
  return useMemo(
    () => ({
      fontFamily: typography.fontFamily,
      background: colors.background.primary,
      card: colors.background.secondary,
      border: colors.border.medium,
      strongBorder: colors.border.strong,
      text: colors.text.primary,
      secondaryText: colors.text.secondary,
      accent: colors.error.main,
      accentContrast: colors.error.contrastText,
      measure: (size, weight) => (text) => measureText(text, size, weight).width,
    }),
    [colors, typography],
  );
}
