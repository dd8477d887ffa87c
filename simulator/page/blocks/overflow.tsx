import type {ComponentChild} from 'preact';
import {useId, useLayoutEffect, useRef, useState} from 'preact/hooks';
import {objectField, objectsField, textField} from '../../json.ts';
import type {Json} from '../surface.ts';
import {ElementFrame} from './element-frame.tsx';
import type {Place} from './place.ts';
import {PlainLabel} from './plain-label.tsx';
import {isPermalink, safeLink} from './safe-links.ts';
import {useGiving} from './use-giving.tsx';
import {usePopup} from './use-popup.ts';

/** The menu behind three dots. */
export function Overflow({element, place}: {readonly element: Json; readonly place: Place}): ComponentChild {
	const giving = useGiving(place, element);
	const options = objectsField(element, 'options');
	const [open, setOpen] = useState(false);
	const [active, setActive] = useState(0);
	const button = useRef<HTMLButtonElement>(null);
	const menu = useRef<HTMLDivElement>(null);
	const id = useId();
	usePopup(button, menu, open);
	useLayoutEffect(() => {
		if (open) menu.current?.querySelectorAll<HTMLElement>('[role=menuitem]')[active]?.focus();
	}, [open, active]);

	const start = (index: number): void => {
		if (giving.busy) return;
		setActive(index);
		setOpen(true);
	};
	const end = (): void => {
		setOpen(false);
		button.current?.focus();
	};
	const choose = (option: Json): void => {
		end();
		follow(place, option);
		void giving.give(textField(option, 'value') ?? '');
	};
	const onKey = (event: KeyboardEvent): void => {
		const moves: Readonly<Record<string, number>> = {
			ArrowDown: (active + 1) % options.length,
			ArrowUp: (active - 1 + options.length) % options.length,
			Home: 0,
			End: options.length - 1,
		};
		const next = moves[event.key];
		if (next !== undefined) setActive(next);
		else if (event.key === 'Escape') end();
		else if (event.key === 'Tab') return setOpen(false);
		else return;
		event.preventDefault();
		event.stopPropagation();
	};
	return (
		<ElementFrame giving={giving}>
			<button
				ref={button}
				type="button"
				class="el-button el-overflow"
				aria-label={place.label === undefined ? 'More actions' : `More actions: ${place.label}`}
				aria-haspopup="menu"
				aria-expanded={open}
				aria-busy={giving.busy}
				aria-disabled={giving.busy}
				{...(open ? {'aria-controls': id} : {})}
				onClick={() => (open ? end() : start(0))}
				onKeyDown={(event) => {
					if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
					event.preventDefault();
					start(event.key === 'ArrowDown' ? 0 : options.length - 1);
				}}
			>
				<span aria-hidden="true">⋯</span>
			</button>
			{open && (
				<div
					ref={menu}
					id={id}
					class="el-popup"
					role="menu"
					aria-label="More actions"
					popover="manual"
					onKeyDown={onKey}
					onFocusOut={(event) => {
						if (!isWithin(event.relatedTarget, menu.current, button.current)) setOpen(false);
					}}
				>
					{options.map((option, index) => (
						<button
							key={textField(option, 'value') ?? index}
							type="button"
							role="menuitem"
							class="el-option"
							tabIndex={index === active ? 0 : -1}
							onClick={() => choose(option)}
						>
							<PlainLabel text={objectField(option, 'text')} />
							{option['description'] !== undefined && (
								<span class="el-option-more">
									<PlainLabel text={option['description']} />
								</span>
							)}
						</button>
					))}
				</div>
			)}
		</ElementFrame>
	);
}

/** An option may be a link (Slack: "Option object", url). */
function follow({surface}: Place, option: Json): void {
	const href = safeLink(textField(option, 'url') ?? '');
	if (href === undefined) return;
	if (isPermalink(href, location.origin)) surface.open({kind: 'permalink', to: href});
	else window.open(href, '_blank', 'noreferrer');
}

function isWithin(target: EventTarget | null, ...holders: readonly (HTMLElement | null)[]): boolean {
	return target instanceof Node && holders.some((each) => each?.contains(target) === true);
}
