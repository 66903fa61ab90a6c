// A panel of this plugin on a page, with the frame that Grafana draws around panels.
import { EventBusSrv, type EventBus, type FieldConfigSource, type PanelData, type PanelProps } from '@grafana/data';
import { PanelChrome } from '@grafana/ui';
import { useEffect, useRef, useState, type ComponentType } from 'react';

interface Props<T> {
  title: string;
  panel: ComponentType<PanelProps<T>>;
  options: T;
  data: PanelData;
  height: number;
}

const FIELD_CONFIG: FieldConfigSource = { defaults: {}, overrides: [] };
/** Before the page is laid out a panel has no width at all. */
const LEAST_WIDTH = 100;
const asIs = (text: string): string => text;
const nothing = (): void => undefined;

export function PanelHost<T>({ title, panel: Panel, options, data, height }: Props<T>) {
  const [box, width] = useWidth();
  const [events] = useState<EventBus>(() => new EventBusSrv());
  return (
    <div ref={box} style={{ height, minWidth: 0 }}>
      {width >= LEAST_WIDTH && (
        <PanelChrome title={title} width={width} height={height}>
          {(innerWidth, innerHeight) => (
            <Panel
              id={1}
              title={title}
              data={data}
              timeRange={data.timeRange}
              timeZone="browser"
              options={options}
              transparent={false}
              width={innerWidth}
              height={innerHeight}
              fieldConfig={FIELD_CONFIG}
              renderCounter={0}
              eventBus={events}
              replaceVariables={asIs}
              onOptionsChange={nothing}
              onFieldConfigChange={nothing}
              onChangeTimeRange={nothing}
            />
          )}
        </PanelChrome>
      )}
    </div>
  );
}

function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = ref.current;
    if (!element) {
      return undefined;
    }
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width] as const;
}
