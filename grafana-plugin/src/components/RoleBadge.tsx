import { Badge, type BadgeColor } from '@grafana/ui';

import type { Role } from '../data';

import { roleText } from './format';

const COLOR: Record<Role, BadgeColor> = { root_cause: 'red', contributing_factor: 'orange', symptom: 'blue' };

export const RoleBadge = ({ role }: { role: Role }) => <Badge text={roleText(role)} color={COLOR[role]} />;
