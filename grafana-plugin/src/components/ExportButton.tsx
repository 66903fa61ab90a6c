import { Dropdown, IconButton, Menu } from '@grafana/ui';

import { download, toCsv, toJson, type ExportTable } from './export';

interface Props {
  /** Called when something is exported, so that nothing is prepared for nobody. */
  table: () => ExportTable;
}

/** Saves what is shown as CSV or JSON. */
export function ExportButton({ table }: Props) {
  const save = (type: 'csv' | 'json') => {
    const content = table();
    if (type === 'csv') {
      download(`${content.name}.csv`, 'text/csv;charset=utf-8', toCsv(content));
    } else {
      download(`${content.name}.json`, 'application/json', toJson(content));
    }
  };
  const menu = (
    <Menu ariaLabel="Export">
      <Menu.Item label="Save as CSV" icon="file-alt" onClick={() => save('csv')} />
      <Menu.Item label="Save as JSON" icon="brackets-curly" onClick={() => save('json')} />
    </Menu>
  );
  return (
    <Dropdown overlay={menu} placement="bottom-end">
      <IconButton name="download-alt" aria-label="Export what is shown" size="md" />
    </Dropdown>
  );
}
