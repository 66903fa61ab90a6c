// The editors that Grafana's panel editor registers under these names, as far as the panels use them, and a pane of all
// options of a panel: what its options.ts declares, with the same editors beside each other.
import { PanelOptionsEditorBuilder, standardEditorsRegistry, type StandardEditorProps, type StandardEditorsRegistryItem } from '@grafana/data';
import type { VizPanel } from '@grafana/scenes';
import { Input, RadioButtonGroup, Switch } from '@grafana/ui';
import type { ComponentType } from 'react';

type Props = StandardEditorProps<unknown, Record<string, unknown>>;

const Text = ({ value, onChange, item }: Props) => (
  <Input aria-label={item.name} value={String(value ?? '')} onChange={(event) => onChange(event.currentTarget.value)} />
);

/** As Grafana's: nothing typed is no value. */
const Number_ = ({ value, onChange, item }: Props) => (
  <Input
    aria-label={item.name}
    type="number"
    min={Number(item.settings?.['min'])}
    max={Number(item.settings?.['max'])}
    value={value === undefined ? '' : String(value)}
    onChange={({ currentTarget }) => onChange(currentTarget.value === '' ? undefined : Number(currentTarget.value))}
  />
);

const Bool = ({ value, onChange, item }: Props) => (
  <Switch aria-label={item.name} value={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />
);

const Radio = ({ value, onChange, item }: Props) => (
  <div role="group" aria-label={item.name}>
    <RadioButtonGroup value={value} options={(item.settings?.['options'] ?? []) as Array<{ value: unknown; label: string }>} onChange={onChange} />
  </div>
);

const EDITORS: Record<string, ComponentType<Props>> = { text: Text, number: Number_, slider: Number_, boolean: Bool, radio: Radio };

export function prepareEditors(ids: readonly string[]): void {
  standardEditorsRegistry.setInit(() =>
    ids.map((id): StandardEditorsRegistryItem => ({ id, name: id, editor: EDITORS[id] ?? (() => null) })),
  );
}

export function OptionsPane({ panel }: { panel: VizPanel<Record<string, unknown>> }) {
  const { options } = panel.useState();
  const plugin = panel.getPlugin();
  if (!plugin) {
    return null;
  }
  const builder = new PanelOptionsEditorBuilder<unknown>();
  plugin.getPanelOptionsSupplier()(builder, { data: [], options });
  return (
    <form aria-label="Options" style={{ width: 420 }}>
      {builder
        .getItems()
        .filter((item) => item.showIf?.(options) ?? true)
        .map((item) => {
          const Editor = item.editor as ComponentType<Props>;
          return (
            <div key={item.id} data-option={item.path} title={item.description}>
              {item.name}
              <Editor
                value={options[item.path]}
                onChange={(value) => panel.onOptionsChange({ ...options, [item.path]: value }, true)}
                item={item as Props['item']}
                context={{ data: [], options }}
              />
            </div>
          );
        })}
    </form>
  );
}
