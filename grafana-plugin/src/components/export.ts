// What a panel shows, as a table that can be taken elsewhere.

export type Cell = string | number | null;

export interface ExportTable {
  /** Becomes the file's name. */
  name: string;
  columns: readonly string[];
  rows: ReadonlyArray<readonly Cell[]>;
}

/** RFC 4180. Text that a spreadsheet would run as a formula is quoted by an apostrophe: labels come off the network. */
export function toCsv({ columns, rows }: ExportTable): string {
  const line = (cells: readonly Cell[]): string => cells.map(csvCell).join(',');
  return [line(columns), ...rows.map(line)].map((text) => `${text}\r\n`).join('');
}

function csvCell(cell: Cell): string {
  if (cell === null) {
    return '';
  }
  if (typeof cell === 'number') {
    return Number.isFinite(cell) ? String(cell) : '';
  }
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** An array of objects, one for each row. */
export function toJson({ columns, rows }: ExportTable): string {
  const objects = rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, jsonCell(row[i])])));
  return `${JSON.stringify(objects, null, 2)}\n`;
}

const jsonCell = (cell: Cell | undefined): Cell => (cell === undefined || (typeof cell === 'number' && !Number.isFinite(cell)) ? null : cell);

/** ISO 8601 in UTC; null where there is no time. */
export const isoTime = (time: number | undefined): string | null =>
  time === undefined || !Number.isFinite(time) || Math.abs(time) > 8.64e15 ? null : new Date(time).toISOString();

export function download(fileName: string, mimeType: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: mimeType }));
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = fileName;
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  // The browser reads the URL after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
