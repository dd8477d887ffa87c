import type {ComponentChild} from 'preact';
import {objectField, textField} from '../../json.ts';
import type {Json} from '../surface.ts';
import {ElementFrame} from './element-frame.tsx';
import type {Place} from './place.ts';
import {PlainLabel} from './plain-label.tsx';
import {isPermalink, safeLink} from './safe-links.ts';
import {useGiving} from './use-giving.tsx';

/** A button; one with an address opens it too (Slack: "Button element", url). */
export function Button({element, place}: {readonly element: Json; readonly place: Place}): ComponentChild {
	const giving = useGiving(place, element);
	const looks = `el-button ${styleOf(element)}`;
	const label = <PlainLabel text={objectField(element, 'text')} />;
	const named = textField(element, 'accessibility_label');
	const shared = {
		class: looks,
		'aria-busy': giving.busy,
		'aria-disabled': giving.busy,
		...(named === undefined ? {} : {'aria-label': named}),
	};
	const href = safeLink(textField(element, 'url') ?? '');
	if (href === undefined) {
		return (
			<ElementFrame giving={giving}>
				<button type="button" {...shared} onClick={() => void giving.give(undefined)}>
					{giving.busy && <span class="el-spinner" aria-hidden="true" />}
					{label}
				</button>
			</ElementFrame>
		);
	}
	const here = isPermalink(href, location.origin);
	return (
		<ElementFrame giving={giving}>
			<a
				{...shared}
				href={href}
				{...(here ? {} : {target: '_blank', rel: 'noreferrer'})}
				onClick={(event) => {
					if (here) {
						event.preventDefault();
						place.surface.open({kind: 'permalink', to: href});
					}
					void giving.give(undefined);
				}}
			>
				{label}
			</a>
		</ElementFrame>
	);
}

/** A workflow cannot run here, and says so. */
export function WorkflowButton({element}: {readonly element: Json}): ComponentChild {
	return (
		<button type="button" class="el-button" disabled title="Workflows do not run in the local Slack.">
			<PlainLabel text={objectField(element, 'text')} />
		</button>
	);
}

function styleOf(element: Json): string {
	const style = textField(element, 'style');
	return style === 'primary' || style === 'danger' ? `el-button-${style}` : '';
}
