import { css } from '@emotion/css';
import type { PanelProps } from '@grafana/data';
import { IconButton, useStyles2, useTheme2 } from '@grafana/ui';
import { useMemo, useRef, useState } from 'react';

import { IncidentHeader, modelOf, PanelShell, statusOf, wantedIncident, type ExportTable } from '../../components';
import { Hidden } from '../../components/Hidden';
import { Remark } from '../../components/Remark';
import { svgText } from '../../components/svgText';
import { Table } from '../../components/Table';
import { usePictureStyle } from '../../components/usePictureStyle';
import type { Incident } from '../../data';
import { BRANCHES } from '../../data/faultClasses';

import { readFishbone, type Bone, type Fishbone } from './data';
import { Drawing, PART } from './Drawing';
import { branchTitle, chanceText, layOutFishbone } from './layout';
import { defaults, type FishboneOptions } from './options';

const LABEL = 'Causes by branch';
/** Toolbar of the frame. */
const TOOLBAR = 30;

export function FishbonePanel({ data, options, width, height, replaceVariables, timeZone }: PanelProps<FishboneOptions>) {
  const settings = { ...defaults, ...options };
  const model = useMemo(() => modelOf(data), [data]);
  const status = statusOf(data, model, wantedIncident(settings.incident, replaceVariables), settings.showResolved);
  const incident = status.kind === 'ready' ? status.incident : undefined;
  const fishbone = useMemo(() => incident && readFishbone(model, incident), [model, incident]);
  const svg = useRef<SVGSVGElement>(null);
  const theme = useTheme2();
  const [asTable, setAsTable] = useState(false);
  const picture = () => {
    const drawing = svg.current;
    return drawing
      ? svgText(drawing, {
          width: Number(drawing.getAttribute('width')),
          height: Number(drawing.getAttribute('height')),
          background: theme.colors.background.primary,
          fontFamily: theme.typography.fontFamily,
        })
      : undefined;
  };
  const drawn = fishbone !== undefined && fishbone.count > 0;
  return (
    <PanelShell
      label={LABEL}
      width={width}
      height={height}
      status={status}
      notices={model.notices}
      header={
        incident && (
          <IncidentHeader
            incident={incident}
            timeZone={timeZone}
            link={settings.incidentUrl}
            timeRange={data.timeRange}
            replaceVariables={replaceVariables}
          />
        )
      }
      tools={
        drawn && (
          <IconButton
            name="table"
            tooltip={asTable ? 'Show the diagram' : 'Show as a table'}
            aria-pressed={asTable}
            onClick={() => setAsTable(!asTable)}
          />
        )
      }
      exported={incident && drawn ? () => exportTable(incident, fishbone) : undefined}
      picture={drawn && !asTable ? picture : undefined}
    >
      {drawn ? (
        <Content fishbone={fishbone} options={settings} width={width} height={height - TOOLBAR} asTable={asTable} svg={svg} />
      ) : (
        <Remark
          icon="info-circle"
          title="No causes are known yet"
          detail="The incident has no diagnosis, or the panel lacks the query of rca_fault_class_probability."
        />
      )}
    </PanelShell>
  );
}

interface ContentProps {
  fishbone: Fishbone;
  options: FishboneOptions;
  width: number;
  height: number;
  asTable: boolean;
  svg: React.RefObject<SVGSVGElement | null>;
}

function Content({ fishbone, options, width, height, asTable, svg }: ContentProps) {
  const styles = useStyles2(getStyles);
  const { measure } = usePictureStyle();
  const { bonesPerBranch, linesPerBone, showWhys, showGaps } = options;
  const layout = useMemo(
    () =>
      layOutFishbone(
        shown(fishbone, showWhys, showGaps),
        width,
        height,
        { text: measure(12), strong: measure(13, 500), small: measure(11) },
        { bonesPerBranch, linesPerBone },
      ),
    [fishbone, width, height, measure, bonesPerBranch, linesPerBone, showWhys, showGaps],
  );
  const table = <Tables fishbone={fishbone} />;
  if (asTable) {
    return table;
  }
  return (
    <>
      <Hidden>{table}</Hidden>
      <div className={styles.middle}>
        <Drawing layout={layout} svg={svg} />
      </div>
    </>
  );
}

function shown(fishbone: Fishbone, whys: boolean, gaps: boolean): Fishbone {
  const keep = (bones: readonly Bone[]) =>
    bones.filter((bone) => gaps || bone.kind !== 'gap').map((bone) => (whys ? bone : { ...bone, whys: [] }));
  return { ...fishbone, bones: new Map([...fishbone.bones].map(([branch, bones]) => [branch, keep(bones)])) };
}

const bonesOf = (fishbone: Fishbone): Bone[] => BRANCHES.flatMap((branch) => [...(fishbone.bones.get(branch) ?? [])]);

function Tables({ fishbone }: { fishbone: Fishbone }) {
  const empty = BRANCHES.filter((branch) => (fishbone.bones.get(branch) ?? []).length === 0);
  return (
    <Table
      caption={`What may have led to: ${fishbone.effect}`}
      columns={['Branch', 'What', 'Part', 'How likely', 'Whys']}
      figures={[3]}
      rows={[
        ...bonesOf(fishbone).map((bone) => [
          branchTitle(bone.branch),
          bone.text,
          PART[bone.kind],
          chanceText(bone) || '–',
          bone.whys.join('; ') || '–',
        ]),
        ...empty.map((branch) => [branchTitle(branch), 'nothing found', '–', '–', '–']),
      ]}
    />
  );
}

function exportTable(incident: Incident, fishbone: Fishbone): ExportTable {
  return {
    name: `fishbone-${incident.id}`,
    columns: ['incident', 'branch', 'kind', 'text', 'probability', 'answer', 'entities', 'whys'],
    rows: bonesOf(fishbone).map((bone) => [
      incident.id,
      bone.branch,
      bone.kind,
      bone.text,
      bone.weight ?? null,
      bone.answer ? 'yes' : 'no',
      bone.entities.join(' '),
      bone.whys.join('; '),
    ]),
  };
}

const getStyles = () => ({
  middle: css({ minHeight: '100%', display: 'flex', alignItems: 'center' }),
});
