import { select } from 'd3-selection';
import { zoom, zoomIdentity, type ZoomBehavior } from 'd3-zoom';
import { useCallback, useEffect, useMemo, useRef, type RefObject } from 'react';

import { fitScale, type Layout, type PlacedNode } from './layout';

/** Below this scale names cannot be read any more. */
const READABLE = 0.6;

/** Shown around an entity that is brought into view. */
const EDGE = 16;

interface View {
  x: number;
  y: number;
  k: number;
}

/** Everything, in the middle. */
export function wholeView(layout: Layout, width: number, height: number): View {
  const k = fitScale(layout, width, height);
  return { k, x: (width - layout.width * k) / 2, y: (height - layout.height * k) / 2 };
}

/** Everything, or where that would be too small to read, what is around the cause. */
export function firstView(layout: Layout, width: number, height: number): View {
  const whole = wholeView(layout, width, height);
  if (whole.k >= READABLE) {
    return whole;
  }
  const k = READABLE;
  const cause = layout.nodes.find((one) => one.node.role === 'root_cause') ?? layout.nodes.find((one) => one.node.onPath);
  const across = layout.direction === 'LR';
  // The cause stands where the way begins, with room for what follows.
  const at = { x: across ? width * 0.2 : width / 2, y: across ? height / 2 : height * 0.2 };
  const place = (center: number, size: number, room: number, wanted: number) => {
    if (size * k <= room) {
      return (room - size * k) / 2;
    }
    return Math.min(0, Math.max(room - size * k, wanted - center * k));
  };
  return {
    k,
    x: place(cause?.x ?? 0, layout.width, width, at.x),
    y: place(cause?.y ?? 0, layout.height, height, at.y),
  };
}

export interface PanZoom {
  zoomBy: (factor: number) => void;
  panBy: (dx: number, dy: number) => void;
  fit: () => void;
  /** Moves the view as little as needed for the entity to be seen. */
  reveal: (placed: PlacedNode) => void;
}

/**
 * Pan by dragging, zoom by the wheel with Ctrl or ⌘ (the wheel alone scrolls the dashboard), pinch with two fingers.
 * `view` is the group that is moved; its transform is set here, not by React, so that moving draws nothing anew.
 */
export function usePanZoom(
  svgRef: RefObject<SVGSVGElement | null>,
  viewRef: RefObject<SVGGElement | null>,
  layout: Layout,
  width: number,
  height: number,
): PanZoom {
  const behavior = useMemo(() => newBehavior(), []);
  const current = useRef<View>({ x: 0, y: 0, k: 1 });

  const show = useCallback(
    ({ x, y, k }: View) => {
      if (svgRef.current) {
        select(svgRef.current).call(behavior.transform, zoomIdentity.translate(x, y).scale(k));
      }
    },
    [behavior, svgRef],
  );

  useEffect(() => {
    const element = svgRef.current;
    if (!element) {
      return;
    }
    behavior.on('zoom', ({ transform }: { transform: View & { toString: () => string } }) => {
      current.current = transform;
      viewRef.current?.setAttribute('transform', transform.toString());
    });
    const selection = select(element).call(behavior).on('dblclick.zoom', null);
    return () => {
      selection.on('.zoom', null);
    };
  }, [behavior, svgRef, viewRef]);

  // A refresh that changes nothing of the picture leaves the view where the user put it.
  const shape = `${width}x${height} ${layout.direction} ${layout.nodes.map(({ node, x, y }) => `${node.id}@${x},${y}`).join(' ')}`;
  useEffect(() => {
    behavior.extent([
      [0, 0],
      [width, height],
    ]);
    show(firstView(layout, width, height));
    // `shape` says when the layout is another one.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape, show, behavior]);

  return useMemo(
    () => ({
      zoomBy: (factor) => {
        if (svgRef.current) {
          select(svgRef.current).call(behavior.scaleBy, factor);
        }
      },
      panBy: (dx, dy) => {
        const { x, y, k } = current.current;
        show({ x: x + dx, y: y + dy, k });
      },
      fit: () => show(wholeView(layout, width, height)),
      reveal: (placed) => {
        const { x, y, k } = current.current;
        const shift = (center: number, size: number, offset: number, room: number) => {
          const from = (center - size / 2) * k + offset - EDGE;
          const to = (center + size / 2) * k + offset + EDGE;
          return from < 0 ? -from : to > room ? room - to : 0;
        };
        const dx = shift(placed.x, placed.width, x, width);
        const dy = shift(placed.y, placed.height, y, height);
        if (dx !== 0 || dy !== 0) {
          show({ x: x + dx, y: y + dy, k });
        }
      },
    }),
    [behavior, show, svgRef, layout, width, height],
  );
}

function newBehavior(): ZoomBehavior<SVGSVGElement, unknown> {
  return zoom<SVGSVGElement, unknown>()
    .scaleExtent([0.05, 3])
    .filter((event: Event) => {
      if (event.type === 'wheel') {
        return (event as WheelEvent).ctrlKey || (event as WheelEvent).metaKey;
      }
      if (event.type.startsWith('touch')) {
        return (event as TouchEvent).touches.length > 1;
      }
      return (event as MouseEvent).button === 0;
    });
}
