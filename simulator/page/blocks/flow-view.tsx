import type {ComponentChild} from 'preact';
import type {Surface} from '../surface.ts';
import type {Flow} from './flow.ts';
import {Inlines} from './inline-view.tsx';

/** Draws text that flows down a message. */
export function FlowView({flow, surface}: {readonly flow: readonly Flow[]; readonly surface: Surface}): ComponentChild {
	return flow.map((part, index) => <Part key={index} part={part} surface={surface} />);
}

function Part({part, surface}: {readonly part: Flow; readonly surface: Surface}): ComponentChild {
	switch (part.kind) {
		case 'line':
			return (
				<div class="mk-line" dir="auto">
					<Inlines parts={part.children} surface={surface} />
				</div>
			);
		case 'hanging':
			return (
				<div class="mk-hanging">
					<span class="mk-bullet">{part.bullet}</span>
					<span dir="auto">
						<Inlines parts={part.children} surface={surface} />
					</span>
				</div>
			);
		case 'gap':
			return <div class="mk-gap" />;
		case 'rule':
			return <hr class="block-divider" />;
		case 'pre':
			return (
				<pre class="mk-pre" dir="ltr">
					<Inlines parts={part.children} surface={surface} />
				</pre>
			);
		case 'quote':
			return (
				<blockquote class="mk-quote">
					<FlowView flow={part.children} surface={surface} />
				</blockquote>
			);
		case 'heading':
			return (
				<div class={`mk-heading mk-heading-${part.level}`} role="heading" aria-level={3} dir="auto">
					<Inlines parts={part.children} surface={surface} />
				</div>
			);
		case 'list':
			return <List part={part} surface={surface} />;
		case 'table':
			return <Table part={part} surface={surface} />;
	}
}

function List({
	part,
	surface,
}: {
	readonly part: Flow & {readonly kind: 'list'};
	readonly surface: Surface;
}): ComponentChild {
	const items = part.items.map((item, index) => (
		<li key={index}>
			<FlowView flow={item} surface={surface} />
		</li>
	));
	const looks = `mk-list mk-indent-${part.indent}`;
	if (!part.ordered) return <ul class={looks}>{items}</ul>;
	return (
		<ol class={looks} start={part.start}>
			{items}
		</ol>
	);
}

/** A table that scrolls sideways on its own; also a table block's. */
export function Table({
	part,
	surface,
}: {
	readonly part: Flow & {readonly kind: 'table'};
	readonly surface: Surface;
}): ComponentChild {
	const [head = [], ...body] = part.rows;
	const looks = (column: number): string => `mk-cell mk-align-${part.aligns[column] ?? 'left'}`;
	return (
		<div class="mk-table-frame" tabIndex={0} role="group" aria-label="Table">
			<table class="mk-table">
				<thead>
					<tr>
						{head.map((cell, column) => (
							<th key={column} scope="col" class={looks(column)}>
								<FlowView flow={cell} surface={surface} />
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{body.map((row, index) => (
						<tr key={index}>
							{row.map((cell, column) => (
								<td key={column} class={looks(column)}>
									<FlowView flow={cell} surface={surface} />
								</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}
