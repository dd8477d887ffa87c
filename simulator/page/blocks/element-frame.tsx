import type {ComponentChild, ComponentChildren} from 'preact';
import type {Giving} from './use-giving.tsx';

/** An element with what went wrong beside it and its open confirm dialog. */
export function ElementFrame({
	giving,
	children,
	wide = false,
}: {
	readonly giving: Giving;
	readonly children: ComponentChildren;
	readonly wide?: boolean;
}): ComponentChild {
	return (
		<div class={`el ${wide ? 'el-wide' : ''}`} aria-busy={giving.busy}>
			{children}
			{giving.error !== undefined && (
				<p class="el-error" role="alert">
					{giving.error}
				</p>
			)}
			{giving.dialog}
		</div>
	);
}
