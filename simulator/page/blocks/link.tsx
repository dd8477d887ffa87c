import type {ComponentChild, ComponentChildren} from 'preact';
import type {Surface} from '../surface.ts';
import {isPermalink} from './safe-links.ts';

/** A link; one to a message is followed within the page. `href` is a safe address. */
export function Link({
	href,
	surface,
	children,
}: {
	readonly href: string;
	readonly surface: Surface;
	readonly children: ComponentChildren;
}): ComponentChild {
	const permalink = isPermalink(href, location.origin);
	return (
		<a
			class="mk-link"
			href={href}
			{...(permalink ? {} : {target: '_blank', rel: 'noreferrer'})}
			onClick={(event) => {
				if (!permalink || event.ctrlKey || event.metaKey || event.shiftKey) return;
				event.preventDefault();
				surface.open({kind: 'permalink', to: href});
			}}
		>
			<bdi>{children}</bdi>
		</a>
	);
}
