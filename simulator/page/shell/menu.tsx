import type {ComponentChild, ComponentChildren} from 'preact';
import {useEffect, useId, useLayoutEffect, useRef, useState} from 'preact/hooks';

export type MenuItem = {
	readonly name: string;
	/** A second line, in a quiet voice. */
	readonly more?: string;
	readonly choose: () => void;
};

/** A button with a menu under it (WAI-ARIA menu button): arrows, Home, End, Enter, Esc. */
export function MenuButton({
	label,
	items,
	children,
	className,
	tabIndex,
	layout = 'list',
}: {
	readonly label: string;
	readonly items: readonly MenuItem[];
	readonly children: ComponentChildren;
	readonly className: string;
	readonly tabIndex?: number;
	/** `row` lays the items beside each other, for emoji. */
	readonly layout?: 'list' | 'row';
}): ComponentChild {
	const [open, setOpen] = useState(false);
	const button = useRef<HTMLButtonElement>(null);
	const id = useId();
	const close = (): void => {
		setOpen(false);
		button.current?.focus();
	};
	return (
		<>
			<button
				ref={button}
				type="button"
				class={className}
				aria-label={label}
				title={label}
				aria-haspopup="menu"
				aria-expanded={open}
				aria-controls={open ? id : undefined}
				tabIndex={tabIndex}
				onClick={() => setOpen(!open)}
				onKeyDown={(event) => {
					if (event.key !== 'ArrowDown' || open) return;
					event.preventDefault();
					setOpen(true);
				}}
			>
				{children}
			</button>
			{open && <Menu id={id} label={label} items={items} layout={layout} anchor={button.current} close={close} />}
		</>
	);
}

function Menu({
	id,
	label,
	items,
	layout,
	anchor,
	close,
}: {
	readonly id: string;
	readonly label: string;
	readonly items: readonly MenuItem[];
	readonly layout: 'list' | 'row';
	readonly anchor: HTMLElement | null;
	readonly close: () => void;
}): ComponentChild {
	const menu = useRef<HTMLDivElement>(null);
	useLayoutEffect(() => {
		if (menu.current !== null && anchor !== null) putBeside(menu.current, anchor);
		entries(menu.current)[0]?.focus();
	}, [anchor]);
	useEffect(() => {
		const outside = (event: Event): void => {
			const {target} = event;
			const inside = [menu.current, anchor].some((each) => target instanceof Node && each?.contains(target) === true);
			if (!inside) close();
		};
		addEventListener('pointerdown', outside);
		return () => removeEventListener('pointerdown', outside);
	});
	return (
		<div
			ref={menu}
			id={id}
			class={`menu menu-${layout}`}
			role="menu"
			aria-label={label}
			onKeyDown={(event) => moveInMenu(event, entries(menu.current), close)}
		>
			{items.map((item) => (
				<button
					key={item.name}
					type="button"
					role="menuitem"
					tabIndex={-1}
					title={layout === 'row' ? item.more : undefined}
					aria-label={layout === 'row' ? item.more : undefined}
					onClick={() => {
						close();
						item.choose();
					}}
				>
					<span>{item.name}</span>
					{layout === 'list' && item.more !== undefined && <small>{item.more}</small>}
				</button>
			))}
		</div>
	);
}

function entries(menu: HTMLElement | null): readonly HTMLElement[] {
	return menu === null ? [] : [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
}

function moveInMenu(event: KeyboardEvent, items: readonly HTMLElement[], close: () => void): void {
	const at = items.findIndex((each) => each === document.activeElement);
	const moves: Readonly<Record<string, number>> = {
		ArrowDown: at + 1,
		ArrowRight: at + 1,
		ArrowUp: at - 1,
		ArrowLeft: at - 1,
		Home: 0,
		End: -1,
	};
	const next = moves[event.key];
	if (next !== undefined) items.at(next % items.length)?.focus();
	else if (event.key === 'Escape' || event.key === 'Tab') close();
	else return;
	event.preventDefault();
	event.stopPropagation();
}

/** Under the anchor where there is room, else above it; never past the window's edge. */
function putBeside(menu: HTMLElement, anchor: HTMLElement): void {
	const spot = anchor.getBoundingClientRect();
	const {width, height} = menu.getBoundingClientRect();
	const below = spot.bottom + 4 + height < innerHeight;
	menu.style.top = `${below ? spot.bottom + 4 : Math.max(8, spot.top - 4 - height)}px`;
	menu.style.left = `${Math.max(8, Math.min(spot.left, innerWidth - width - 8))}px`;
}
