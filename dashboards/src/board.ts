// What all dashboards have in common: the data source is a variable, incidents are annotations, and each links to the
// others (by their tag) and to the documentation.
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';

import { docsBaseUrl } from './links.js';
import { datasource } from './panels.js';

export const tag = 'rca';

export interface Frame {
  uid: string;
  title: string;
  description: string;
  tags: string[];
  from: string; // start of the time range, as 'now-1h'
  refresh: string;
  page: string; // of docs/, that explains what is shown
  incidents?: string; // matchers of the incidents that are annotations; all of them without
}

function annotation(name: string, series: string, color: string, matchers: string): dashboard.AnnotationQueryBuilder {
  return new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(datasource)
    .enable(true)
    .iconColor(color)
    .expr(`max by (incident, slo) (${series}${matchers && `{${matchers}}`}) * 1000 > 0`)
    .step('60s')
    .useValueForTime(true)
    .titleFormat(`${name}: {{slo}}`)
    .textFormat('{{incident}}')
    .tagKeys('slo');
}

const page = (title: string, url: string, tooltip: string): dashboard.DashboardLinkBuilder =>
  new dashboard.DashboardLinkBuilder(title)
    .type(dashboard.DashboardLinkType.Link)
    .url(url)
    .icon('external link')
    .tooltip(tooltip)
    .targetBlank(true);

export function newBoard(frame: Frame): dashboard.DashboardBuilder {
  const incidents = frame.incidents ?? '';
  return new dashboard.DashboardBuilder(frame.title)
    .uid(frame.uid)
    .description(frame.description)
    .tags([tag, ...frame.tags])
    .editable()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: frame.from, to: 'now' })
    .refresh(frame.refresh)
    .timezone('browser')
    .link(
      new dashboard.DashboardLinkBuilder('Dashboards')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags([tag])
        .asDropdown(true)
        .keepTime(true)
        .includeVars(true)
        .tooltip('The other dashboards of rca_exporter'),
    )
    .link(page('Documentation', `${docsBaseUrl}/${frame.page}`, 'What is shown here and how it is computed'))
    .withVariable(new dashboard.DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .annotation(annotation('Onset', 'rca_incident_onset_timestamp_seconds', 'red', incidents))
    .annotation(annotation('Detection', 'rca_incident_detected_timestamp_seconds', 'orange', incidents))
    .annotation(annotation('Resolution', 'rca_incident_resolved_timestamp_seconds', 'green', incidents));
}

export const exporterLink = (): dashboard.DashboardLinkBuilder =>
  page('Exporter', '$exporter_url', 'Landing page and API of rca_exporter');
