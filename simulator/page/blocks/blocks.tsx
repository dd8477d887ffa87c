import './blocks.css';
import type {ComponentChild} from 'preact';
import {useId} from 'preact/hooks';
import {objectsField, textField} from '../../json.ts';
import type {Json, Surface} from '../surface.ts';
import {Element} from './element.tsx';
import {FlowView, Table} from './flow-view.tsx';
import {ImageBlock, Video} from './image-block.tsx';
import {InputBlock} from './input-block.tsx';
import {markdownFlow} from './markdown-flow.ts';
import {TextObject} from './mrkdwn.tsx';
import {Picture} from './picture.tsx';
import {richTextFlow} from './rich-text-flow.ts';
import {Section} from './section.tsx';
import {tableFlow} from './table-flow.ts';

/** Block Kit as a person sees it. Blocks keep their DOM from one reading to the next by their block_id. */
export function Blocks({
	blocks,
	surface,
}: {
	readonly blocks: readonly Json[];
	readonly surface: Surface;
}): ComponentChild {
	return (
		<div class="block-list">
			{blocks.map((block, index) => {
				const id = textField(block, 'block_id');
				return <Block key={`${textField(block, 'type') ?? ''} ${id ?? index}`} block={block} surface={surface} />;
			})}
		</div>
	);
}

function Block({block, surface}: {readonly block: Json; readonly surface: Surface}): ComponentChild {
	switch (block['type']) {
		case 'header':
			return (
				<div class="block-header" role="heading" aria-level={surface.kind === 'home' ? 2 : 3}>
					<TextObject text={block['text']} surface={surface} />
				</div>
			);
		case 'section':
			return <Section block={block} surface={surface} />;
		case 'context':
			return <Context block={block} surface={surface} />;
		case 'divider':
			return <hr class="block-divider" />;
		case 'image':
			return <ImageBlock block={block} />;
		case 'video':
			return <Video block={block} surface={surface} />;
		case 'actions':
			return <Actions block={block} surface={surface} />;
		case 'input':
			return <InputBlock block={block} surface={surface} />;
		case 'rich_text':
			return (
				<div class="block-rich mk">
					<FlowView flow={richTextFlow(block)} surface={surface} />
				</div>
			);
		case 'markdown':
			return (
				<div class="block-rich mk">
					<FlowView flow={markdownFlow(textField(block, 'text') ?? '')} surface={surface} />
				</div>
			);
		case 'table':
			return <Table part={tableFlow(block)} surface={surface} />;
		default:
			return <p class="block-unknown">Block of type “{textField(block, 'type') ?? 'unknown'}”</p>;
	}
}

function Context({block, surface}: {readonly block: Json; readonly surface: Surface}): ComponentChild {
	return (
		<div class="block-context">
			{objectsField(block, 'elements').map((each, index) =>
				each['type'] === 'image' ? (
					<Picture key={index} image={each} looks="block-context-image" />
				) : (
					<TextObject key={index} text={each} surface={surface} />
				),
			)}
		</div>
	);
}

function Actions({block, surface}: {readonly block: Json; readonly surface: Surface}): ComponentChild {
	const id = useId();
	return (
		<div class="block-actions">
			{objectsField(block, 'elements').map((element, index) => {
				const place = {
					surface,
					blockId: textField(block, 'block_id') ?? '',
					input: false,
					dispatches: false,
					optional: false,
					controlId: `${id}-${index}`,
					invalid: false,
				};
				return <Element key={keyOf(element, index)} element={element} place={place} />;
			})}
		</div>
	);
}

function keyOf(element: Json, index: number): string {
	return `${textField(element, 'type') ?? ''} ${textField(element, 'action_id') ?? index}`;
}
