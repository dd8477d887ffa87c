import type {ComponentChild} from 'preact';
import type {Surface} from '../surface.ts';
import {clockOf} from './clock.ts';
import {formatDate, fullDate} from './dates.ts';
import type {Inline} from './flow.ts';
import {Link} from './link.tsx';
import {Mention} from './mention.tsx';

/** Draws text within a line. */
export function Inlines({
	parts,
	surface,
}: {
	readonly parts: readonly Inline[];
	readonly surface: Surface;
}): ComponentChild {
	return parts.map((part, index) => <InlinePart key={index} part={part} surface={surface} />);
}

function InlinePart({part, surface}: {readonly part: Inline; readonly surface: Surface}): ComponentChild {
	switch (part.kind) {
		case 'text':
			return part.text;
		case 'bold':
			return <strong>{inner(part, surface)}</strong>;
		case 'italic':
			return <em>{inner(part, surface)}</em>;
		case 'strike':
			return <s>{inner(part, surface)}</s>;
		case 'underline':
			return <u>{inner(part, surface)}</u>;
		case 'code':
			return <code class="mk-code">{part.text}</code>;
		case 'emoji':
			return (
				<span class="mk-emoji" role="img" aria-label={part.name.replaceAll('_', ' ')} title={`:${part.name}:`}>
					{part.character}
				</span>
			);
		case 'link':
			return (
				<Link href={part.href} surface={surface}>
					{inner(part, surface)}
				</Link>
			);
		case 'date':
			return <DatePart part={part} surface={surface} />;
		case 'colour':
			return <Colour value={part.value} />;
		case 'person':
		case 'channel':
		case 'group':
		case 'broadcast':
			return <Mention part={part} surface={surface} />;
	}
}

function inner(part: {readonly children: readonly Inline[]}, surface: Surface): ComponentChild {
	return <Inlines parts={part.children} surface={surface} />;
}

function DatePart({
	part,
	surface,
}: {
	readonly part: Inline & {readonly kind: 'date'};
	readonly surface: Surface;
}): ComponentChild {
	const clock = clockOf(surface);
	const text = formatDate(part.seconds, part.format, clock);
	if (text === undefined) return part.fallback;
	const time = (
		<time class="mk-date" dateTime={new Date(part.seconds * 1000).toISOString()} title={fullDate(part.seconds, clock)}>
			{text}
		</time>
	);
	if (part.href === undefined) return time;
	return (
		<Link href={part.href} surface={surface}>
			{time}
		</Link>
	);
}

/** A colour's value with a spot of it. */
function Colour({value}: {readonly value: string}): ComponentChild {
	const known = /^#[0-9a-f]{3,8}$/i.test(value);
	return (
		<span class="mk-colour">
			{known && <span class="mk-swatch" aria-hidden="true" style={{backgroundColor: value}} />}
			{value}
		</span>
	);
}
