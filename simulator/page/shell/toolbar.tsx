import type {ComponentChild, ComponentChildren} from 'preact';

/** A row of buttons with one stop for Tab; arrows go between them (WAI-ARIA toolbar). */
export function Toolbar({
	label,
	children,
}: {
	readonly label: string;
	readonly children: ComponentChildren;
}): ComponentChild {
	return (
		<div
			class="toolbar"
			role="toolbar"
			aria-label={label}
			onKeyDown={(event) => {
				const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
				if (step === 0) return;
				const buttons = [...event.currentTarget.querySelectorAll<HTMLElement>(':scope > button')];
				const at = buttons.findIndex((each) => each === document.activeElement);
				if (at === -1) return;
				buttons.at((at + step) % buttons.length)?.focus();
				event.preventDefault();
			}}
		>
			{children}
		</div>
	);
}
