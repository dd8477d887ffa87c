import type {RefObject} from 'preact';
import {useLayoutEffect} from 'preact/hooks';

/** Pixels between an element and its list, and between the list and the window's edge. */
const gap = 4;
/** A list is no higher than this, in pixels. */
const highest = 320;

/**
 * Keeps an open list at its element, above or below it, in the browser's top layer, where neither a scrolling message
 * list nor a modal cuts it off.
 */
export function usePopup(
	anchor: RefObject<HTMLElement | null>,
	popup: RefObject<HTMLElement | null>,
	open: boolean,
): void {
	useLayoutEffect(() => {
		const list = popup.current;
		if (!open || list === null) return undefined;
		list.showPopover();
		const settle = (): void => {
			if (anchor.current !== null) settleBeside(anchor.current, list);
		};
		settle();
		const sizes = new ResizeObserver(settle);
		if (anchor.current !== null) sizes.observe(anchor.current);
		sizes.observe(list);
		addEventListener('scroll', settle, true);
		addEventListener('resize', settle);
		return () => {
			sizes.disconnect();
			removeEventListener('scroll', settle, true);
			removeEventListener('resize', settle);
			if (list.isConnected && list.matches(':popover-open')) list.hidePopover();
		};
	}, [open]);
}

function settleBeside(anchor: HTMLElement, list: HTMLElement): void {
	const box = anchor.getBoundingClientRect();
	const below = innerHeight - box.bottom - 2 * gap;
	const above = box.top - 2 * gap;
	const wanted = Math.min(highest, list.scrollHeight + 2);
	const up = below < wanted && above > below;
	const height = Math.max(80, Math.min(highest, up ? above : below));
	const width = Math.min(Math.max(box.width, 220), innerWidth - 2 * gap);
	const left = Math.max(gap, Math.min(box.left, innerWidth - width - gap));
	Object.assign(list.style, {
		minWidth: `${width}px`,
		maxWidth: `${innerWidth - 2 * gap}px`,
		maxHeight: `${height}px`,
		left: `${left}px`,
		top: up ? 'auto' : `${box.bottom + gap}px`,
		bottom: up ? `${innerHeight - box.top + gap}px` : 'auto',
	});
}
