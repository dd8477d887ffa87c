/** Text within a line. */
export type Inline =
	| {readonly kind: 'text'; readonly text: string}
	| {readonly kind: 'bold' | 'italic' | 'strike' | 'underline'; readonly children: readonly Inline[]}
	| {readonly kind: 'code'; readonly text: string}
	| {readonly kind: 'emoji'; readonly name: string; readonly character: string}
	| {readonly kind: 'link'; readonly href: string; readonly children: readonly Inline[]}
	| {readonly kind: 'person' | 'channel' | 'group'; readonly id: string; readonly label?: string}
	| {readonly kind: 'broadcast'; readonly name: string}
	| {
			readonly kind: 'date';
			/** Unix seconds. */
			readonly seconds: number;
			readonly format: string;
			readonly fallback: string;
			readonly href?: string;
	  }
	| {readonly kind: 'colour'; readonly value: string};

/** Text as it flows down a message: what mrkdwn, markdown and rich text all become before they are drawn. */
export type Flow =
	| {readonly kind: 'line'; readonly children: readonly Inline[]}
	/** A line that starts with a bullet typed by hand: what follows hangs under the text. */
	| {readonly kind: 'hanging'; readonly bullet: string; readonly children: readonly Inline[]}
	| {readonly kind: 'gap'}
	| {readonly kind: 'rule'}
	| {readonly kind: 'pre'; readonly children: readonly Inline[]}
	| {readonly kind: 'quote'; readonly children: readonly Flow[]}
	| {readonly kind: 'heading'; readonly level: number; readonly children: readonly Inline[]}
	| {
			readonly kind: 'list';
			readonly ordered: boolean;
			/** Number of the first item. */
			readonly start: number;
			/** 0 stands at the edge. */
			readonly indent: number;
			readonly items: readonly (readonly Flow[])[];
	  }
	| {
			readonly kind: 'table';
			readonly aligns: readonly ('left' | 'center' | 'right')[];
			/** The first row is the head. */
			readonly rows: readonly (readonly (readonly Flow[])[])[];
	  };

/** The text without its looks, as a label for those who hear the page. */
export function plainOf(children: readonly Inline[]): string {
	return children.map(plainPart).join('');
}

function plainPart(part: Inline): string {
	switch (part.kind) {
		case 'text':
		case 'code':
			return part.text;
		case 'emoji':
			return `:${part.name}:`;
		case 'bold':
		case 'italic':
		case 'strike':
		case 'underline':
		case 'link':
			return plainOf(part.children);
		case 'person':
		case 'channel':
		case 'group':
			return part.label ?? part.id;
		case 'broadcast':
			return `@${part.name}`;
		case 'date':
			return part.fallback;
		case 'colour':
			return part.value;
	}
}
