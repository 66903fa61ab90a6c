import { Dropdown, IconButton, Menu } from '@grafana/ui';

import { download, toCsv, toJson, type ExportTable } from './export';

interface Props {
  /** Called when something is exported, so that nothing is prepared for nobody. */
  table: () => ExportTable;
  /** The drawing as the text of an SVG file; undefined: there is none at the moment. */
  picture?: () => string | undefined;
}

/** Saves what is shown as CSV, JSON or, where it is a drawing, SVG. */
export function ExportButton({ table, picture }: Props) {
  const save = (type: 'csv' | 'json' | 'svg') => {
    const content = table();
    if (type === 'svg') {
      const svg = picture?.();
      if (svg !== undefined) {
        download(`${content.name}.svg`, 'image/svg+xml', svg);
      }
    } else if (type === 'csv') {
      download(`${content.name}.csv`, 'text/csv;charset=utf-8', toCsv(content));
    } else {
      download(`${content.name}.json`, 'application/json', toJson(content));
    }
  };
  const menu = (
    <Menu ariaLabel="Export">
      <Menu.Item label="Save as CSV" icon="file-alt" onClick={() => save('csv')} />
      <Menu.Item label="Save as JSON" icon="brackets-curly" onClick={() => save('json')} />
      {picture && <Menu.Item label="Save as SVG" icon="graph-bar" onClick={() => save('svg')} />}
    </Menu>
  );
  return (
    <Dropdown overlay={menu} placement="bottom-end">
      <IconButton name="download-alt" aria-label="Export what is shown" size="md" />
    </Dropdown>
  );
}
