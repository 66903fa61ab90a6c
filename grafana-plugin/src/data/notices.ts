// What was wrong with the data and what was made of it, in sentences for the user. A panel shows them; it never guesses
// in silence.

export type NoticeKind =
  | 'clock'
  | 'duplicate'
  | 'missing-label'
  | 'no-values'
  | 'not-a-number'
  | 'out-of-range'
  | 'stale'
  | 'truncated';

export interface Notice {
  kind: NoticeKind;
  text: string;
}

/** The same sentence is said once. */
export function addNotice(notices: Notice[], kind: NoticeKind, text: string): void {
  if (!notices.some((notice) => notice.text === text)) {
    notices.push({ kind, text });
  }
}
