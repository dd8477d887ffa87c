import type {ComponentChild} from 'preact';
import {useId, useState} from 'preact/hooks';
import {Numeric} from './switch.tsx';
import {callWishes, offeredMethods, requestOf} from './wishes.ts';
import type {CallWish, Wish} from './wishes.ts';

/** What shall befall the next calls of a method. */
export function CallWishForm({wish}: {readonly wish: Wish}): ComponentChild {
	const id = useId();
	const [chosen, setChosen] = useState<CallWish | undefined>(callWishes[0]);
	const [method, setMethod] = useState('');
	const [times, setTimes] = useState(1);
	const [extras, setExtras] = useState<Readonly<Record<string, string>>>({});
	if (chosen === undefined) return null;
	const extra = extras[chosen.kind] ?? chosen.extra?.start ?? '';
	const calls = times === 1 ? 'call' : `${times} calls`;
	const of = method.trim() === '' ? 'any method' : method.trim();
	function ask(event: Event): void {
		event.preventDefault();
		if (chosen === undefined) return;
		wish(requestOf(chosen, {method, times, extra}), `${chosen.name}: for the next ${calls} of ${of}.`);
	}
	return (
		<form class="insp-wish" onSubmit={ask}>
			<label class="insp-field">
				<span>What happens</span>
				<select
					value={chosen.kind}
					aria-describedby={`${id}-effect`}
					onChange={({currentTarget}) => setChosen(callWishes.find(({kind}) => kind === currentTarget.value))}
				>
					{callWishes.map(({kind, name}) => (
						<option key={kind} value={kind}>
							{name}
						</option>
					))}
				</select>
			</label>
			<p class="insp-quiet" id={`${id}-effect`}>
				{chosen.effect}
			</p>
			<label class="insp-field">
				<span>Method (empty: every method)</span>
				<input
					type="text"
					list={`${id}-methods`}
					placeholder="any method"
					autocomplete="off"
					spellcheck={false}
					value={method}
					onInput={({currentTarget}) => setMethod(currentTarget.value)}
				/>
				<datalist id={`${id}-methods`}>
					{offeredMethods.map((each) => (
						<option key={each} value={each} />
					))}
				</datalist>
			</label>
			<div class="insp-row">
				<Numeric label="How many calls" value={times} give={setTimes} />
				{chosen.extra !== undefined && (
					<Extra extra={chosen.extra} value={extra} give={(given) => setExtras({...extras, [chosen.kind]: given})} />
				)}
			</div>
			<button type="submit" class="insp-button insp-button-primary">
				Let it happen to the next {calls} of {of}
			</button>
		</form>
	);
}

type ExtraProps = {
	readonly extra: NonNullable<CallWish['extra']>;
	readonly value: string;
	readonly give: (value: string) => void;
};

function Extra({extra, value, give}: ExtraProps): ComponentChild {
	const onInput = ({currentTarget}: {readonly currentTarget: HTMLInputElement}): void => give(currentTarget.value);
	return (
		<label class={extra.numeric ? 'insp-field insp-field-short' : 'insp-field'}>
			<span>{extra.label}</span>
			{extra.numeric ? (
				<input type="number" min="1" required value={value} onInput={onInput} />
			) : (
				<input type="text" required value={value} onInput={onInput} />
			)}
		</label>
	);
}
